"""Changing encoders: from those that serve to a recommender with others beside it, ready to take
its place.

    encoders loaded -> vectors of the encoders that stay, from the active store -> every item, from the log -> the
    model that served there before, or one trained on the new vectors where a trained one serves

Stopped at any point it goes on there when it is asked for again: what is in the store beside, and
equal, stays. Owns the order of that. Knows nothing of calls that go on meanwhile:
`service.operations.switching` does the switch.
"""

from __future__ import annotations

from collections.abc import Mapping

from encoders.base import TextEncoder
from encoders.errors import EncoderUnavailable
from encoders.fingerprint import digest_of
from encoders.modality import (
    NO_ENCODER,
    MediaModality,
    Modalities,
    by_name,
    fingerprints_of,
    media_types,
)
from encoders.registry import load_modality, load_text_encoder
from indexer.stores.store import ItemStore
from service.api.messages import Progress, ServingEncoders, TrainProgress
from service.config import EncoderSettings, Settings
from service.errors import InvalidInput, NoTrainedModel
from service.recommender import Recommender
from service.storage.workspace import Workspace
from service.telemetry.telemetry import SILENT, Telemetry


def named(settings: Settings, lines: Mapping[str, str]) -> Settings:
    """The settings with these encoders, which are by modality; an empty line keeps what there is.

    A catalogue goes over to what it has no encoder of yet: `image` alone in a catalogue of sounds,
    or `audio` alone in one of pictures, takes the place of what there is. To have both, name both.
    """
    now = settings.encoders
    given = {name: line for name, line in lines.items() if line}
    media = [name for name in given if name in media_types() and given[name] != NO_ENCODER]
    if any(name not in now.names for name in media):
        there = [name for name in now.names if name in media_types()]
        given = dict.fromkeys(there, NO_ENCODER) | given
    encoders = EncoderSettings.model_validate(now.model_dump() | given)
    return settings.model_copy(update={"encoders": encoders})


def open_beside(serving: Workspace, settings: Settings, progress: Progress) -> Workspace:
    """The same data folder with the encoders of `settings`; those that stay the same are not loaded
    twice."""
    progress(TrainProgress("load", 0, 1))
    before, now = serving.settings.encoders, settings.encoders
    text = serving.text_encoder if now.text == before.text else _text_encoder(settings)
    modalities = by_name(
        serving.modalities[name]
        if name in serving.modalities and line == before.names.get(name)
        else _modality(settings, name)
        for name, line in _media(settings).items()
    )
    _refuse(settings, digest_of(fingerprints_of(text, modalities)), serving.digest)
    return serving.beside(settings, text, modalities)


def open_alone(settings: Settings, progress: Progress) -> Workspace:
    """The data folder with the encoders of `settings`, whichever served last and whether or not
    they can be loaded."""
    progress(TrainProgress("load", 0, 1))
    workspace = Workspace.open_with(
        settings, _text_encoder(settings), _modalities(settings), beside=True
    )
    try:
        _refuse(settings, workspace.digest, workspace.log.active_store())
    except InvalidInput:
        workspace.close()
        raise
    return workspace


def prepare(
    workspace: Workspace,
    progress: Progress,
    serving: ItemStore | None = None,
    telemetry: Telemetry = SILENT,
) -> Recommender:
    """A recommender on a workspace that is not active; `serving` is the active store, if it is
    open. It takes the workspace over, and closes it if it fails."""
    try:
        workspace.warm_up()
        workspace.inherit(serving)
        workspace.indexer().follow(
            lambda done, total: progress(TrainProgress("encode", done, total or 0))
        )
        recommender = Recommender(workspace, active=False, telemetry=telemetry)
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


def _refuse(settings: Settings, wanted: str, active: str | None) -> None:
    """InvalidInput where nothing would change."""
    if wanted == active:
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


def _modalities(settings: Settings) -> Modalities:
    return by_name(_modality(settings, name) for name in _media(settings))


def _modality(settings: Settings, name: str) -> MediaModality:
    """InvalidInput where the encoder that the settings name cannot be loaded."""
    line = settings.encoders.names[name]
    try:
        modality = load_modality(name, line, settings.encoder_backend)
    except EncoderUnavailable as error:
        raise InvalidInput(name, line, str(error)) from error
    assert modality is not None, f"{name} has no encoder"
    return modality


def _media(settings: Settings) -> Mapping[str, str]:
    """The encoders beside that of texts, by modality."""
    return {
        name: line
        for name, line in settings.encoders.names.items()
        if name in media_types() and line != NO_ENCODER
    }
