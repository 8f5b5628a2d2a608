"""Changing encoders: from those that serve to a recommender with others beside it, ready to take
its place.

    encoders loaded -> vectors of an encoder that stays, from the store in use -> every item, from the log -> the model
    that served there before, or one trained on the new vectors where a trained one serves

Stopped at any point it goes on there when it is asked for again: what is in the store beside, and
equal, stays. Owns the order of that. Knows nothing of calls that go on meanwhile:
`service.operations.switching` does the switch.
"""

from __future__ import annotations

from collections.abc import Callable

from encoders.base import TextEncoder
from encoders.errors import EncoderUnavailable
from encoders.modality import Perception
from encoders.registry import load_perception, load_text_encoder
from indexer.indexing.indexer import fingerprints_of
from indexer.stores.registry import digest_of
from indexer.stores.store import ItemStore
from service.api.messages import ServingEncoders, TrainProgress
from service.config import NO_ENCODER, EncoderSettings, Settings
from service.errors import InvalidInput, NoTrainedModel
from service.recommender import Recommender
from service.storage.workspace import Workspace

Progress = Callable[[TrainProgress], None]


def named(settings: Settings, text: str, image: str, audio: str) -> Settings:
    """The settings with these encoders; an empty name keeps the one there is, unless an encoder of
    the other medium is to take its place."""
    now = settings.encoders
    sees, hears = image not in ("", NO_ENCODER), audio not in ("", NO_ENCODER)
    if sees and hears:
        why = f"image is {image!r}, and items are perceived by pictures or by sounds; name one of the two"
        raise InvalidInput("audio", audio, why)
    encoders = EncoderSettings(
        text=text or now.text,
        image=image or (NO_ENCODER if hears else now.image),
        audio=audio or (NO_ENCODER if sees else now.audio),
        backend=now.backend,
    )
    return settings.model_copy(update={"encoders": encoders})


def open_beside(serving: Workspace, settings: Settings, progress: Progress) -> Workspace:
    """The same data folder with the encoders of `settings`; those that stay the same are not loaded
    twice."""
    progress(TrainProgress("load", 0, 1))
    before, now = serving.settings.encoders, settings.encoders
    text, perception = serving.text_encoder, serving.perception
    if now.text != before.text:
        text = _text_encoder(settings)
    if (now.image, now.audio) != (before.image, before.audio):
        perception = _perception(settings)
    _refuse(settings, digest_of(fingerprints_of(text, perception)), serving.digest)
    return serving.beside(settings, text, perception)


def open_alone(settings: Settings, progress: Progress) -> Workspace:
    """The data folder with the encoders of `settings`, whichever served last and whether or not
    they can be loaded."""
    progress(TrainProgress("load", 0, 1))
    workspace = Workspace.open_with(
        settings, _text_encoder(settings), _perception(settings), beside=True
    )
    try:
        _refuse(settings, workspace.digest, workspace.log.active_store())
    except InvalidInput:
        workspace.close()
        raise
    return workspace


def prepare(
    workspace: Workspace, progress: Progress, serving: ItemStore | None = None
) -> Recommender:
    """A recommender on a workspace that is not in use; `serving` is the store in use, if it is
    open. It takes the workspace over, and closes it if it fails."""
    try:
        workspace.warm_up()
        workspace.inherit(serving)
        workspace.indexer().follow(
            lambda done, total: progress(TrainProgress("encode", done, total or 0))
        )
        recommender = Recommender(workspace, active=False)
    except BaseException:
        workspace.close()
        raise
    try:
        if workspace.log.active_model() is not None and not recommender.ranker.trained:
            _train(recommender, progress)
    except BaseException:
        recommender.close()
        raise
    return recommender


def serving_encoders(recommender: Recommender) -> ServingEncoders:
    """What serves, as the settings would name it."""
    workspace = recommender.workspace
    names = workspace.settings.encoders
    return ServingEncoders(
        names.text,
        names.image,
        names.audio,
        workspace.digest,
        workspace.log.count_items(),
        recommender.ranker.version,
    )


def _refuse(settings: Settings, wanted: str, in_use: str | None) -> None:
    """InvalidInput where nothing would change."""
    if wanted == in_use:
        raise InvalidInput(
            "encoders", dict(settings.encoder_names), "they serve already; name others"
        )


def _train(recommender: Recommender, progress: Progress) -> None:
    """As TrainModel does, for the encoders beside. Without enough events nothing is trained, and
    that is said."""
    try:
        recommender.train(progress)
    except NoTrainedModel as error:
        progress(TrainProgress("train", 1, 1, f"no model was trained: {error}"))


def _text_encoder(settings: Settings) -> TextEncoder:
    try:
        return load_text_encoder(settings.encoders.text, settings.encoder_backend)
    except EncoderUnavailable as error:
        raise InvalidInput("text", settings.encoders.text, str(error)) from error


def _perception(settings: Settings) -> Perception | None:
    names = settings.encoders
    try:
        return load_perception(names.image, names.audio, settings.encoder_backend)
    except EncoderUnavailable as error:
        raise InvalidInput(names.medium, names.names[names.medium], str(error)) from error
