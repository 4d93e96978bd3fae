"""Every error that Shoal raises on purpose; it knows nothing of HTTP libraries or wire formats.

ShoalError
├── ConfigError              the settings are wrong: said at start, names the fix
├── StorageError             the data directory or database cannot be used
├── WeightsError             the weights of an embedded model are missing or damaged
├── RequestError             400  the caller can mend the request
│   ├── BodyTooLarge         413
│   ├── BodyTooSlow          408
│   ├── ContentRefused       400  a rule of defence or monitoring stopped the request: nothing was sent
│   ├── MethodNotAllowed     405
│   ├── UnknownModel         404
│   └── UnknownCollection    404
├── AuthenticationError      401  no key, or a wrong one
├── PermissionDenied         403  a good key without the right
├── NotFound                 404  no such thing, or not this caller's
├── Conflict                 409  it cannot be done as things stand, or an idempotency key was used for something else
├── ChangedMeanwhile         412  somebody else changed it since it was read
├── TooManyWrongKeys         429  too many wrong keys from one address
├── SignInFailed             401  the identity provider or its token was not accepted
├── StorageUnreachable       503  the database does not answer now
├── PlacementError           403  no host that the placement rules allow
├── AttachmentRefused        403  what is not text cannot be masked, so it goes to no remote host
├── MaskingFailed            500  a recognizer broke: nothing was sent
├── GuardFailed              500  a rule of defence or monitoring broke: nothing was sent
├── AuditFailed              503  the audit record cannot be written, and the policy is to refuse
├── LimitError               429  a limit of the operator's has no room
│   ├── RateLimitExceeded    429  too many requests or tokens for now
│   ├── RequestExceedsLimit  400  more in one request than a rate limit allows at all
│   ├── InsufficientQuota    429  a budget is spent
│   └── ModelBusy            503  a model runs all that it may, and the queue for it is full
├── LimitsUnavailable        503  the store of the limits cannot be asked, and the policy is to refuse
├── DeadlineExceeded         504  the caller's own deadline passed
├── Draining                 503  the server is shutting down
├── ModelFailed              500  an embedded model broke
└── HostError                     a remote host did not answer well
    ├── HostUnreachable      502  refused, reset, name not found
    ├── HostTimeout          504  too slow to begin, or fell silent
    ├── HostFailed           502  answered 5xx
    ├── HostGarbled          502  answered something that is not its wire format
    ├── HostCut              502  ended in the middle of a reply
    ├── HostRateLimited      429  answered 429
    ├── HostRejected         4xx  the host finds fault with the request itself
    └── HostMisconfigured    424  its key, address or model name is wrong: the operator's to mend

A message says what to do next and never holds prompt text. `detail` may hold a host's own words about the caller's
request: it is shown to that caller alone, and no log or `repr` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class ShoalError(Exception):
    """The root. `status` is the HTTP status, `type` and `code` the OpenAI error's fields, `retryable` whether the same
    request can succeed later."""

    status: int = 500
    type: ClassVar[str] = "server_error"
    code: ClassVar[str | None] = None
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, param: str | None = None, detail: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.detail = detail

    @property
    def retry_after_s(self) -> float | None:
        """Seconds to wait before the next try, where known."""
        return None


class ConfigError(ShoalError):
    code = "config_error"


class StorageError(ShoalError):
    code = "storage_error"


class WeightsError(ShoalError):
    code = "weights_error"


class RequestError(ShoalError):
    status = 400
    type = "invalid_request_error"
    code: ClassVar[str | None] = "invalid_request"


class BodyTooLarge(RequestError):
    status = 413
    code = "body_too_large"


class BodyTooSlow(RequestError):
    status = 408
    code = "body_too_slow"


class ContentRefused(RequestError):
    """`rule` is what stopped it, such as "jailbreak" or "violence"; the text itself is never part of the message."""

    code = "content_filter"

    def __init__(self, message: str, *, rule: str, param: str | None = None) -> None:
        super().__init__(message, param=param)
        self.rule = rule


class MethodNotAllowed(RequestError):
    status = 405
    code = "method_not_allowed"
    allowed: tuple[str, ...] = ()


class UnknownModel(RequestError):
    status = 404
    code = "model_not_found"


class UnknownCollection(RequestError):
    status = 404
    code = "collection_not_found"


class AuthenticationError(ShoalError):
    status = 401
    type = "invalid_request_error"
    code = "invalid_api_key"


class PermissionDenied(ShoalError):
    status = 403
    type = "invalid_request_error"
    code = "permission_denied"


class NotFound(ShoalError):
    status = 404
    type = "invalid_request_error"
    code = "not_found"


class Conflict(ShoalError):
    status = 409
    type = "invalid_request_error"
    code = "conflict"


class ChangedMeanwhile(ShoalError):
    status = 412
    type = "invalid_request_error"
    code = "changed_meanwhile"


class TooManyWrongKeys(ShoalError):
    """`after_s` is when the address may try again, in seconds."""

    status = 429
    type = "rate_limit_error"
    code = "too_many_wrong_keys"
    retryable = True

    def __init__(self, message: str, *, after_s: float) -> None:
        super().__init__(message)
        self._after_s = after_s

    @property
    def retry_after_s(self) -> float:
        return self._after_s


class SignInFailed(ShoalError):
    status = 401
    type = "invalid_request_error"
    code = "sign_in_failed"


class StorageUnreachable(ShoalError):
    status = 503
    code = "storage_unreachable"
    retryable = True


class PlacementError(ShoalError):
    status = 403
    type = "invalid_request_error"
    code = "placement_refused"


class AttachmentRefused(ShoalError):
    status = 403
    type = "invalid_request_error"
    code = "attachment_refused"


class MaskingFailed(ShoalError):
    code = "masking_failed"


class GuardFailed(ShoalError):
    code = "guard_failed"


class AuditFailed(ShoalError):
    status = 503
    code = "audit_failed"
    retryable = True


class LimitError(ShoalError):
    """`limit` names the limit in the settings; `standing` the headers that say how things stand."""

    status = 429
    type = "rate_limit_error"
    code: ClassVar[str | None] = "limit_reached"
    retryable: ClassVar[bool] = True

    def __init__(
        self, message: str, *, limit: str, wait_s: float | None = None, standing: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.limit = limit
        self.standing = standing or {}
        self._wait_s = wait_s

    @property
    def retry_after_s(self) -> float | None:
        return self._wait_s


class RateLimitExceeded(LimitError):
    code = "rate_limit_exceeded"


class RequestExceedsLimit(LimitError):
    status = 400
    type = "invalid_request_error"
    code = "request_exceeds_limit"
    retryable = False


class InsufficientQuota(LimitError):
    type = "insufficient_quota"
    code = "insufficient_quota"
    retryable = False


class ModelBusy(LimitError):
    status = 503
    type = "server_error"
    code = "model_busy"


class LimitsUnavailable(ShoalError):
    status = 503
    code = "limits_unavailable"
    retryable = True

    @property
    def retry_after_s(self) -> float | None:
        return 1.0


class DeadlineExceeded(ShoalError):
    status = 504
    type = "timeout_error"
    code = "deadline_exceeded"


class Draining(ShoalError):
    status = 503
    code = "shutting_down"
    retryable = True

    @property
    def retry_after_s(self) -> float | None:
        return 1.0


class ModelFailed(ShoalError):
    code = "model_failed"


class HostError(ShoalError):
    """A remote host's failure. `host` is its configured name, never its address."""

    status = 502
    type = "host_error"
    code: ClassVar[str | None] = "host_error"

    def __init__(self, message: str, *, host: str, param: str | None = None, detail: str | None = None) -> None:
        super().__init__(message, param=param, detail=detail)
        self.host = host


class HostUnreachable(HostError):
    code = "host_unreachable"
    retryable = True


class HostTimeout(HostError):
    status = 504
    code = "host_timeout"
    retryable = True


class HostFailed(HostError):
    code = "host_failed"
    retryable = True


class HostGarbled(HostError):
    code = "host_garbled"
    retryable = True


class HostCut(HostError):
    code = "host_cut"
    retryable = True


class HostRateLimited(HostError):
    """`retry_after_s` is what the host asked for, in seconds; None where it named nothing."""

    status = 429
    type = "rate_limit_error"
    code = "host_rate_limited"
    retryable = True

    def __init__(
        self, message: str, *, host: str, detail: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, host=host, detail=detail)
        self._retry_after_s = retry_after_s

    @property
    def retry_after_s(self) -> float | None:
        return self._retry_after_s


class HostRejected(HostError):
    """The host's own 4xx about the request, handed on with its status (400, 413, 422 and the like)."""

    type = "invalid_request_error"
    code = "host_rejected"

    def __init__(
        self, message: str, *, host: str, status: int = 400, param: str | None = None, detail: str | None = None
    ) -> None:
        super().__init__(message, host=host, param=param, detail=detail)
        self.status = status


class HostMisconfigured(HostError):
    status = 424
    code = "host_misconfigured"
