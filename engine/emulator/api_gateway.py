"""Seam: answers of a REST API before a handler is reached: request validation with its messages, denials."""

import json
import re
from typing import Any

from engine.emulator import pinned
from engine.emulator.host import EmulatorHost
from engine.emulator.request_models import Check, compiled, violations

_VALIDATION_ERRORS = re.compile(r"\$\{?context\.error\.validationErrorString\}?")


def install(host: EmulatorHost) -> None:
    _keep_request_validators()
    _compile_request_models()
    _explain_invalid_bodies()
    _word_denials()
    host.not_rehearsed("API Gateway throttling", "burst and rate limits depend on load")


def _keep_request_validators() -> None:
    """The emulator's CloudFormation makes up a validator's id and drops a method's, so nothing was
    validated."""
    gateway = pinned.module("services.apigateway_v1")
    handlers = pinned.module("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    method = handlers["AWS::ApiGateway::Method"]

    def create_validator(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        checks = {
            "name": props.get("Name", logical_id),
            "validateRequestBody": _true(props.get("ValidateRequestBody")),
            "validateRequestParameters": _true(props.get("ValidateRequestParameters")),
        }
        _, _, body = gateway._create_request_validator(props["RestApiId"], checks)
        validator_id = json.loads(body)["id"]
        return validator_id, {"RequestValidatorId": validator_id}

    def update_validator(physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> Any:
        return create_validator(physical_id, new, stack)

    def delete_validator(physical_id: str, props: dict[str, Any]) -> None:
        gateway._delete_request_validator(props["RestApiId"], physical_id)

    def attach(props: dict[str, Any]) -> None:
        resource = gateway._resources[props["RestApiId"]][props["ResourceId"]]
        declared = resource["resourceMethods"][props["HttpMethod"]]
        declared["requestValidatorId"] = props.get("RequestValidatorId")

    def create_method(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        created = method["create"](logical_id, props, stack)
        attach(props)
        return created

    def update_method(physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> Any:
        updated = method["update"](physical_id, old, new, stack)
        attach(new)
        return updated

    handlers["AWS::ApiGateway::Method"] = {**method, "create": create_method, "update": update_method}
    handlers["AWS::ApiGateway::RequestValidator"] = {
        "create": create_validator,
        "update": update_validator,
        "delete": delete_validator,
    }


def _compile_request_models() -> None:
    """The emulator reads the schema anew for each value, which holds every other thread up."""
    gateway = pinned.module("services.apigateway_v1")
    read = gateway._json_schema_valid
    checks: dict[int, tuple[Any, Check]] = {}

    def json_schema_valid(schema: Any, value: Any, root: Any, seen: tuple[int, ...] = ()) -> bool:
        if schema is not root or seen:
            return bool(read(schema, value, root, seen))
        # The schema is kept beside its check, so that no other one comes to have its id.
        if id(schema) not in checks:
            checks[id(schema)] = schema, compiled(schema, lambda part, found: bool(read(part, found, root)))
        return checks[id(schema)][1](value)

    gateway._json_schema_valid = json_schema_valid


def _explain_invalid_bodies() -> None:
    """Expands `$context.error.validationErrorString`, which the emulator leaves unexpanded in templates."""
    gateway = pinned.module("services.apigateway_v1")
    check, respond = gateway._check_request_validation, gateway._gateway_error_response

    def check_request_validation(
        method_obj: dict[str, Any],
        api_id: str,
        request: dict[str, Any],
        headers: dict[str, str],
        body: Any,
        query_params: Any,
    ) -> Any:
        error = check(method_obj, api_id, request, headers, body, query_params)
        if error is not None and error.response_type == "BAD_REQUEST_BODY":
            model = (method_obj.get("requestModels") or {}).get("application/json")
            error.explanation = _explanation(gateway._model_schema(api_id, model), body)
        return error

    def gateway_error_response(error: Any, request: dict[str, Any]) -> Any:
        status, headers, body = respond(error, request)
        # The text is inserted into JSON, hence escaped; templates add the quotes.
        escaped = json.dumps(getattr(error, "explanation", ""))[1:-1]
        return status, headers, _VALIDATION_ERRORS.sub(lambda _: escaped, body.decode()).encode()

    gateway._check_request_validation = check_request_validation
    gateway._gateway_error_response = gateway_error_response


def _explanation(schema: Any, body: Any) -> str:
    try:
        document = json.loads(body or b"")
    except ValueError:
        return ""
    return f"[{', '.join(violations(schema or {}, document))}]"


def _word_denials() -> None:
    """A denied AWS_IAM method answers in API Gateway's form instead of the JSON protocol."""
    actions = pinned.module("core.iam_actions")
    original = actions.access_denied_response

    def access_denied_response(
        service: str, action: str, principal_arn: str, request_id: str, **details: Any
    ) -> Any:
        status, headers, body = original(service, action, principal_arn, request_id, **details)
        if action != "execute-api:Invoke" or details.get("error_code"):
            return status, headers, body
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": "AccessDeniedException"}
        return status, headers, json.dumps({"Message": json.loads(body)["message"]}).encode()

    actions.access_denied_response = access_denied_response


def _true(value: Any) -> bool:
    return str(value).lower() == "true"
