"""The settings of tenants. Part of the tree of `service.config`; knows nothing of what uses them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class TenantSettings(BaseModel):
    """Many catalogues behind one server, each seen by its own credentials alone."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    enabled: bool = False
    """Whether the server has tenants: their data folders lie in `tenants` of the data folder
    (`palate tenants create`), and the credential of a call says whose it is."""
    max_open: int = Field(default=16, ge=1)
    """Most tenants that are open at the same time; the one that was called longest ago is closed for
    another. Where more threads than that can answer, as many as there are threads."""
    idle_s: float = Field(default=300.0, ge=1.0)
    """After how many seconds without a call a tenant is closed."""
    max_calls: int = Field(default=32, ge=1)
    """Most calls of one tenant that are answered or wait at the same time; more are refused with
    RESOURCE_EXHAUSTED."""
    max_named: int = Field(default=100, ge=0)
    """Most tenants that metrics name, those that are called first; the calls of the others count
    together, as `OTHER`."""
    max_items: int = Field(default=0, ge=0)
    """Most items of a tenant, unless `palate tenants limit` says otherwise of it. 0 is no limit."""
    max_events_per_day: int = Field(default=0, ge=0)
    """Most events that a tenant may record in a day (UTC), unless `palate tenants limit` says otherwise
    of it. 0 is no limit."""
