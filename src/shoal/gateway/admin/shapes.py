"""What bodies of the admin API look like: their fields, bounds and words for the OpenAPI document. It knows no rule
that needs the database."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from shoal.identity import bounds

T = TypeVar("T")
Name = Annotated[str, Field(min_length=1, max_length=bounds.MOST_NAME, pattern=bounds.WORD)]
Id = Annotated[str, Field(pattern=bounds.ID, examples=["research"])]
UserId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
Email = Annotated[str, Field(max_length=bounds.MOST_EMAIL, pattern=bounds.EMAIL)]
Word = Annotated[str, Field(min_length=1, max_length=bounds.MOST_NAME, pattern=bounds.WORD)]
Words = Annotated[list[Word], Field(max_length=bounds.MOST_WORDS)]
Path = Annotated[str, Field(max_length=bounds.MOST_NAME, pattern=bounds.PATH, examples=["/v1/chat/*"])]
TagName = Annotated[str, Field(min_length=1, max_length=bounds.MOST_TAG_NAME, pattern=bounds.WORD)]
TagText = Annotated[str, Field(max_length=bounds.MOST_TAG_TEXT, pattern=bounds.TAG_TEXT)]
Tags = Annotated[dict[TagName, TagText], Field(max_length=bounds.MOST_TAGS)]
Moment = Annotated[float, Field(ge=0, le=bounds.LATEST, allow_inf_nan=False, description="Unix seconds")]
Area = Literal["keys", "teams", "users", "organisations", "limits", "events", "audit"]
RoleName = Literal["admin", "lead", "member", "auditor"]


class Body(BaseModel):
    """A body: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Scopes(Body):
    """What a key is limited to; null is no limit."""

    models: Words | None = Field(None, description="patterns of models, such as 'shoal/*'")
    collections: Words | None = None
    endpoints: Annotated[list[Path], Field(max_length=100)] | None = Field(None, description="patterns of paths")
    areas: Annotated[list[Area], Field(max_length=10)] | None = Field(None, description="parts of the admin API")


class NewKey(Scopes):
    name: Name
    role: RoleName = "member"
    team: Id | None = None
    user: UserId | None = None
    tags: Tags = Field(default_factory=dict, description="set on every exchange")
    expires: Moment | None = None


class KeyChange(Scopes):
    name: Name = ""
    tags: Tags = Field(default_factory=dict)
    expires: Moment | None = None


class Rotation(Body):
    overlap_s: float = Field(
        86_400, ge=0, le=30 * 86_400, allow_inf_nan=False, description="how long the old key goes on to work"
    )


class NewTeam(Body):
    id: Id
    name: Name


class Renaming(Body):
    name: Name


class NewUser(Body):
    name: Name
    email: Email | None = None
    team: Id | None = None
    role: RoleName = "member"


class UserChange(Body):
    name: Name = ""
    email: Email | None = None
    team: Id | None = None
    role: RoleName = "member"


class NewOrganisation(Body):
    id: Id
    name: Name


class KeyShown(BaseModel):
    object: Literal["shoal.key"]
    id: str
    name: str
    role: RoleName
    organisation: str
    team: str | None
    user: str | None
    models: list[str] | None
    collections: list[str] | None
    endpoints: list[str] | None
    areas: list[str] | None
    tags: dict[str, str]
    created: float
    expires: float | None
    disabled: float | None
    rotated: float | None
    previous_until: float | None
    author: str | None


class KeyMade(KeyShown):
    key: str = Field(description="the written key, shown this once")


class TeamShown(BaseModel):
    object: Literal["shoal.team"]
    id: str
    name: str
    organisation: str
    created: float


class UserShown(BaseModel):
    object: Literal["shoal.user"]
    id: str
    name: str
    role: RoleName | Literal["none"] = Field(description="none: the identity provider grants no role any more")
    organisation: str
    team: str | None
    email: str | None
    issuer: str | None
    subject: str | None
    created: float
    disabled: float | None


class OrganisationShown(BaseModel):
    object: Literal["shoal.organisation"]
    id: str
    name: str
    created: float


class OrganisationMade(OrganisationShown):
    key_id: str
    key: str = Field(description="its first admin key, shown this once")


class EventShown(BaseModel):
    object: Literal["shoal.event"]
    id: str
    name: str
    organisation: str
    created: float
    data: dict[str, Any]
    deliveries: dict[str, str] = Field(description="by webhook, what became of it")


class Self(BaseModel):
    object: Literal["shoal.self"]
    id: str
    role: RoleName
    organisation: str
    team: str | None
    user: str | None
    models: list[str] | None
    collections: list[str] | None
    endpoints: list[str] | None
    areas: list[str] | None


class RecordShown(BaseModel):
    """A record of the audit; what else it holds depends on its kind."""

    model_config = ConfigDict(extra="allow")

    chain: str
    kind: str
    time: int = Field(description="Unix nanoseconds")


class SessionShown(BaseModel):
    object: Literal["shoal.session"]
    user: str | None
    role: RoleName
    organisation: str
    team: str | None
    csrf: str = Field(description="to send as x-shoal-csrf with every change")
    expires: float


class Page(BaseModel, Generic[T]):
    """A page of a list: `next` is what to send as `after` for the following one, null at the end."""

    object: Literal["list"]
    data: list[T]
    next: str | None


class Fault(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class ErrorShown(BaseModel):
    error: Fault
