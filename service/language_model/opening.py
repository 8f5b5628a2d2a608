"""From options to a language model that is counted, held to a budget, and remembers."""

from __future__ import annotations

from service.language_model.account import Account, AccountedModel
from service.language_model.cache import CachedModel
from service.language_model.errors import LanguageModelUnavailable
from service.language_model.gguf import gguf_file
from service.language_model.llama_cpp import LlamaCppModel
from service.language_model.model import LanguageModel
from service.language_model.options import EndpointOptions, LlamaCppOptions


def open_model(
    options: EndpointOptions | LlamaCppOptions, account: Account, *, max_cached: int = 0
) -> LanguageModel:
    """The model of the options; what it answers goes on the account, and what is known costs
    nothing. LanguageModelUnavailable where a package or a file is missing."""
    opened = _endpoint(options) if isinstance(options, EndpointOptions) else _llama_cpp(options)
    model: LanguageModel = AccountedModel(opened, account)
    return CachedModel(model, max_cached) if max_cached else model


def _endpoint(options: EndpointOptions) -> LanguageModel:
    try:
        from service.language_model.endpoint import Endpoint
    except ModuleNotFoundError:
        raise LanguageModelUnavailable("install its extra: pip install 'palate[openai]'") from None
    return Endpoint(options)


def _llama_cpp(options: LlamaCppOptions) -> LanguageModel:
    return LlamaCppModel(gguf_file(options.model, "language_model.model"), options)
