"""Opening a tenant: its data folder with encoders that others use as well, and its limits.

A tenant is opened with the encoders that served it last, so that what ChangeEncoders has changed stays
changed when it is closed and opened again; a new one with those of the settings. Knows nothing of when
that is done.
"""

from __future__ import annotations

from collections.abc import Callable

from encoders.modality import NO_ENCODER, media_types
from service.config import EncoderSettings, Settings
from service.language_model.account import Account
from service.operations.training_apart import sweep
from service.recommender import Recommender
from service.storage.data_folder import log_alone
from service.storage.encoder_names import encoder_names
from service.storage.workspace import Workspace
from service.telemetry.telemetry import Telemetry
from service.tenants.encoders import SharedEncoders
from service.tenants.limited import LimitedSwitching, TenantLimits


def open_tenant(
    settings: Settings,
    encoders: SharedEncoders,
    account: Account,
    telemetry: Telemetry,
    limits: Callable[[], TenantLimits],
) -> LimitedSwitching:
    """The backend of one tenant, by its own settings; see `Workspace.open` for the errors."""
    settings = _with_its_encoders(settings)
    text, modalities = encoders.of(settings.encoder_names)
    workspace = Workspace.open_with(settings, text, modalities)
    try:
        recommender = Recommender(workspace, telemetry=telemetry, account=account)
    except BaseException:
        workspace.close()
        raise
    sweep(settings)
    return LimitedSwitching(recommender, limits, training=settings.training)


def _with_its_encoders(settings: Settings) -> Settings:
    """With those that served last, where any did."""
    with log_alone(settings) as log:
        active = log.active_store()
        names = encoder_names(log, active) if active else {}
    if not names:
        return settings
    none = dict.fromkeys(media_types(), NO_ENCODER)
    chosen = {**settings.encoders.model_dump(), **none, **names}
    return settings.model_copy(update={"encoders": EncoderSettings.model_validate(chosen)})
