"""What a change set says, and `cdk diff` with it."""

import json


def test_a_change_set_says_which_property_replaces_its_resource(engine):
    def template(days, name):
        properties = {"RetentionInDays": days, "LogGroupName": name}
        return {"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": properties}}}

    cloudformation, group = engine.client("cloudformation"), engine.name("group")
    name = engine.stack(template(7, group))["StackName"]

    def replacement(changed):
        given = {"StackName": name, "ChangeSetName": engine.name("change")}
        cloudformation.create_change_set(**given, TemplateBody=json.dumps(changed))
        cloudformation.get_waiter("change_set_create_complete").wait(**given, WaiterConfig={"Delay": 1})
        [change] = cloudformation.describe_change_set(**given)["Changes"]
        return change["ResourceChange"]["Replacement"]

    assert replacement(template(30, group)) == "False"
    assert replacement(template(7, f"{group}-renamed")) == "True"
