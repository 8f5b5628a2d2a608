"""Models of transformers with pictures and texts in one space, small enough to be made in a moment."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import transformers
from PIL import Image
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from encoders.hub import no_progress_bar

SIDE = 32
WINDOW = 16
WORDS = [
    "red",
    "green",
    "blue",
    "white",
    "shoe",
    "Red",
    "SHOE",
    *"abcdefghijklmnopqrstuvwxyz0123456789",
]
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]
_TEXT = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": WINDOW,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_VISION = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": SIDE,
    "patch_size": 8,
}


def clip() -> Any:
    torch.manual_seed(0)
    config = transformers.CLIPConfig(text_config=_TEXT, vision_config=_VISION, projection_dim=24)
    return transformers.CLIPModel(config).eval()


def siglip() -> Any:
    torch.manual_seed(0)
    config = transformers.SiglipConfig(
        text_config={**_TEXT, "projection_size": 32}, vision_config=_VISION
    )
    return transformers.SiglipModel(config).eval()


def chinese_clip() -> Any:
    torch.manual_seed(0)
    config = transformers.ChineseCLIPConfig(
        text_config=_TEXT, vision_config=_VISION, projection_dim=24
    )
    return transformers.ChineseCLIPModel(config).eval()


def metaclip_2() -> Any:
    torch.manual_seed(0)
    config = transformers.MetaClip2Config(
        text_config=_TEXT, vision_config=_VISION, projection_dim=24
    )
    return transformers.MetaClip2Model(config).eval()


def altclip() -> Any:
    torch.manual_seed(0)
    text = {
        **_TEXT,
        "max_position_embeddings": WINDOW + 1,
    }  # its positions begin after that of the padding
    config = transformers.AltCLIPConfig(text_config=text, vision_config=_VISION, projection_dim=24)
    return transformers.AltCLIPModel(config).eval()


def align() -> Any:
    torch.manual_seed(0)
    vision = {
        "image_size": SIDE,
        "width_coefficient": 0.1,
        "depth_coefficient": 0.1,
        "hidden_dim": 32,
    }
    text = {**_TEXT, "max_position_embeddings": 128}
    model: Any = transformers.AlignModel(
        transformers.AlignConfig(text_config=text, vision_config=vision, projection_dim=32)
    )
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = (
            None  # statistics of what comes through now: without them 55 random layers overflow
        )
    model.vision_model.train()
    with torch.no_grad():
        model.get_image_features(pixel_values=torch.randn(8, 3, SIDE, SIDE))
    return model.eval()


def align_processor() -> Any:
    return transformers.EfficientNetImageProcessor(size={"height": SIDE, "width": SIDE})


def clip_processor() -> Any:
    return transformers.CLIPImageProcessor(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    )


def siglip_processor() -> Any:
    return transformers.SiglipImageProcessor(size={"height": SIDE, "width": SIDE})


def word_tokenizer(*, lowercase: bool = True, **settings: Any) -> Any:
    """One token for each word it knows."""
    vocabulary = {word: number for number, word in enumerate(SPECIAL + WORDS)}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    if lowercase:
        backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    special = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=backend, **special, **settings)


def siglip_tokenizer(folder: Path) -> Any:
    """SigLIP's own class, of pieces of sentences."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter([" ".join(WORDS).lower(), "a red shoe", "a slow film"]),
        model_writer=model,
        vocab_size=48,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spiece.model").write_bytes(model.getvalue())
    return transformers.SiglipTokenizer(
        str(folder / "spiece.model"), pad_token="<pad>", model_max_length=WINDOW
    )


def saved(folder: Path, *parts: Any) -> Path:
    with no_progress_bar():
        for part in parts:
            part.save_pretrained(folder)
    return folder


def clip_folder(folder: Path) -> Path:
    return saved(folder, clip(), clip_processor(), word_tokenizer(model_max_length=WINDOW))


def siglip_folder(folder: Path) -> Path:
    return saved(folder, siglip(), siglip_processor(), siglip_tokenizer(folder))


def painted(colour: str) -> Image.Image:
    return Image.new("RGB", (48, 40), colour)


def taught(model: Any, colours: list[str]) -> Any:
    """`model`, a CLIP, after learning what colours are called."""
    words = word_tokenizer(model_max_length=WINDOW)(colours, padding=True, return_tensors="pt")
    pixels = clip_processor()([painted(colour) for colour in colours], return_tensors="pt")
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(40):
        optimizer.zero_grad()
        model(**words, **pixels, return_loss=True).loss.backward()
        optimizer.step()
    return model
