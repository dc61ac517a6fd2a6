"""What InvokeEndpoint says when a container refuses."""

import json

from engine.host import Host
from engine.sagemaker.fleet import Answer

Response = tuple[int, dict[str, str], bytes]


def model_error(host: Host, endpoint: str, stream: str, answer: Answer) -> Response:
    """The ModelError, status 424, around a container's answer."""
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    side = "client" if 400 <= answer.status < 500 else "server"
    original = answer.body.decode(errors="replace")
    told = {
        "ErrorCode": "CLIENT_ERROR_FROM_MODEL" if side == "client" else "INTERNAL_FAILURE_FROM_MODEL",
        "LogStreamArn": f"arn:aws:logs:{host.region}:{host.account}:log-group:{group}:log-stream:{stream}",
        "Message": f'Received {side} error ({answer.status}) from primary with message "{original}". See '
        f"https://{host.region}.console.aws.amazon.com/cloudwatch/home?region={host.region}"
        f"#logEventViewer:group={group} in account {host.account} for more information.",
        "OriginalMessage": original,
        "OriginalStatusCode": answer.status,
    }
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": "ModelError"}
    return 424, headers, json.dumps(told).encode()
