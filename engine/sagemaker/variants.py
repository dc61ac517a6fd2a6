"""Production variants of an endpoint: configured, retained in an update, and described."""

from engine.sagemaker.store import Record


def serverless(config: Record) -> bool:
    return "ServerlessConfig" in config["ProductionVariants"][0]


def concurrency(config: Record) -> int:
    return int(config["ProductionVariants"][0]["ServerlessConfig"]["MaxConcurrency"])


def retaining(record: Record, config: Record, excluded: set[str]) -> Record:
    """A new configuration with the endpoint's current variant properties, except the excluded ones. Data
    capture is not retained: AWS documents that property as not supported."""
    now = {variant["VariantName"]: variant for variant in record["ProductionVariants"]}
    kept = {"DesiredInstanceCount": "InitialInstanceCount", "DesiredWeight": "InitialVariantWeight"}
    variants = [
        {
            **variant,
            **{
                initial: now[variant["VariantName"]][desired]
                for desired, initial in kept.items()
                if desired not in excluded and desired in now.get(variant["VariantName"], {})
            },
        }
        for variant in config["ProductionVariants"]
    ]
    return {**config, "ProductionVariants": variants}


def described(config: Record) -> Record:
    """The active configuration in the form of DescribeEndpoint."""
    described: Record = {
        "EndpointConfigName": config["EndpointConfigName"],
        "ProductionVariants": [_variant(variant) for variant in config["ProductionVariants"]],
    }
    if capture := config.get("DataCaptureConfig"):
        enabled = capture.get("EnableCapture", False)
        described["DataCaptureConfig"] = {
            "EnableCapture": enabled,
            "CaptureStatus": "Started" if enabled else "Stopped",
            "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
            "DestinationS3Uri": capture["DestinationS3Uri"],
            "KmsKeyId": capture.get("KmsKeyId", ""),
        }
    return described


def _variant(variant: Record) -> Record:
    weight = variant.get("InitialVariantWeight", 1.0)
    shown = {"VariantName": variant["VariantName"], "CurrentWeight": weight, "DesiredWeight": weight}
    if "ServerlessConfig" in variant:
        shown["CurrentServerlessConfig"] = variant["ServerlessConfig"]
    else:
        count = variant["InitialInstanceCount"]
        shown |= {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
    return shown
