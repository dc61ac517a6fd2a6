"""Seam: answers of a REST API before a handler is reached: request validation with its messages, denials."""

import json
import re
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.emulator.request_models import Check, compiled, violations
from engine.services.shapes import is_true

_VALIDATION_ERRORS = re.compile(r"\$\{?context\.error\.validationErrorString\}?")


def install(host: EmulatorHost) -> None:
    handlers = pinned.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    handlers["AWS::ApiGateway::RequestValidator"] = {
        "create": _create_validator,
        "update": _update_validator,
        "delete": _delete_validator,
    }
    pinned.after_changes("AWS::ApiGateway::Method", _attach_validator)
    _compile_request_models.install({})
    _explain_invalid_bodies.install()
    _insert_explanations.install()
    _word_denials.install()
    host.not_rehearsed("API Gateway throttling", "burst and rate limits depend on load")


# The emulator's CloudFormation makes up a validator's id and drops a method's, so nothing was validated.


def _create_validator(logical_id: str, props: dict[str, Any], stack: str) -> Any:
    checks = {
        "name": props.get("Name", logical_id),
        "validateRequestBody": is_true(props.get("ValidateRequestBody")),
        "validateRequestParameters": is_true(props.get("ValidateRequestParameters")),
    }
    gateway = pinned.module("services.apigateway_v1")
    _, _, body = gateway._create_request_validator(props["RestApiId"], checks)
    validator_id = json.loads(body)["id"]
    return validator_id, {"RequestValidatorId": validator_id}


def _update_validator(physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> Any:
    return _create_validator(physical_id, new, stack)


def _delete_validator(physical_id: str, props: dict[str, Any]) -> None:
    pinned.module("services.apigateway_v1")._delete_request_validator(props["RestApiId"], physical_id)


def _attach_validator(_: str, props: dict[str, Any]) -> None:
    resource = pinned.module("services.apigateway_v1")._resources[props["RestApiId"]][props["ResourceId"]]
    resource["resourceMethods"][props["HttpMethod"]]["requestValidatorId"] = props.get("RequestValidatorId")


@pinned.replaces("services.apigateway_v1:_json_schema_valid")
def _compile_request_models(
    read: Any, checks: dict[int, tuple[Any, Check]], /, schema: Any, value: Any, root: Any, seen: Any = ()
) -> bool:
    """The emulator reads the schema anew for each value, which holds every other thread up."""
    if schema is not root or seen:
        return bool(read(schema, value, root, seen))
    # The schema is kept beside its check, so that no other one comes to have its id.
    if id(schema) not in checks:
        checks[id(schema)] = schema, compiled(schema, lambda part, found: bool(read(part, found, root)))
    return checks[id(schema)][1](value)


@pinned.replaces("services.apigateway_v1:_check_request_validation")
def _explain_invalid_bodies(
    original: Any, /, method_obj: Any, api_id: str, request: Any, headers: Any, body: Any, query_params: Any
) -> Any:
    error = original(method_obj, api_id, request, headers, body, query_params)
    if error is not None and error.response_type == "BAD_REQUEST_BODY":
        model = (method_obj.get("requestModels") or {}).get("application/json")
        schema = pinned.module("services.apigateway_v1")._model_schema(api_id, model)
        error.explanation = _explanation(schema, body)
    return error


@pinned.replaces("services.apigateway_v1:_gateway_error_response")
def _insert_explanations(original: Any, /, error: Any, request: dict[str, Any]) -> Any:
    """Expands `$context.error.validationErrorString`, which the emulator leaves unexpanded in templates."""
    status, headers, body = original(error, request)
    # The text is inserted into JSON, hence escaped; templates add the quotes.
    escaped = json.dumps(getattr(error, "explanation", ""))[1:-1]
    return status, headers, _VALIDATION_ERRORS.sub(lambda _: escaped, body.decode()).encode()


def _explanation(schema: Any, body: Any) -> str:
    try:
        document = json.loads(body or b"")
    except ValueError:
        return ""
    return f"[{', '.join(violations(schema or {}, document))}]"


@pinned.replaces("core.iam_actions:access_denied_response")
def _word_denials(original: Any, service: str, action: str, *call: str, **details: Any) -> Any:
    """A denied AWS_IAM method answers in API Gateway's form instead of the JSON protocol."""
    status, headers, body = original(service, action, *call, **details)
    if action != "execute-api:Invoke" or details.get("error_code"):
        return status, headers, body
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": "AccessDeniedException"}
    return status, headers, json.dumps({"Message": json.loads(body)["message"]}).encode()
