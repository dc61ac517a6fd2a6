"""Corrections of the state machine interpreter, compared with AWS's behaviour."""

import time


def passing(**fields):
    return {"Type": "Pass", **fields}


def test_assign_reads_the_variables_of_the_state_before(engine, admin):
    states = {
        "First": passing(Assign={"a": 1, "b": 2}, Next="Swap"),
        "Swap": passing(Assign={"a": "{% $b %}", "b": "{% $a %}"}, Next="Read"),
        "Read": passing(Output={"a": "{% $a %}", "b": "{% $b %}"}, End=True),
    }
    assert engine.run({"StartAt": "First", "States": states}, admin)["output"] == {"a": 2, "b": 1}


def test_parallel_in_jsonata(engine, admin):
    branch = {
        "StartAt": "Add",
        "States": {"Add": passing(Assign={"inner": 1}, Output="{% $states.input.n + 1 %}", End=True)},
    }
    states = {
        "Both": {
            "Type": "Parallel",
            "Arguments": {"n": "{% $states.input.start %}"},
            "Branches": [branch, branch],
            "Assign": {"sum": "{% $sum($states.result) %}"},
            "Output": {"results": "{% $states.result %}"},
            "Next": "Read",
        },
        "Read": passing(
            Output={"in": "{% $states.input %}", "sum": "{% $sum %}", "leaked": "{% $exists($inner) %}"},
            End=True,
        ),
    }
    done = engine.run({"StartAt": "Both", "States": states}, admin, {"start": 1})
    assert done["output"] == {"in": {"results": [2, 2]}, "sum": 4, "leaked": False}


def test_map_in_jsonata(engine, admin):
    item = {"StartAt": "Ten", "States": {"Ten": passing(Output="{% $states.input.v * 10 %}", End=True)}}
    states = {
        "Each": {
            "Type": "Map",
            "Items": "{% $states.input %}",
            "ItemSelector": {"v": "{% $states.context.Map.Item.Value %}"},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **item},
            "End": True,
        }
    }
    assert engine.run({"StartAt": "Each", "States": states}, admin, [1, 2])["output"] == [10, 20]


def test_choice_default_has_output_and_assign(engine, admin):
    states = {
        "Choose": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.n > 5 %}", "Next": "Read"}],
            "Default": "Read",
            "Output": {"chosen": "default"},
            "Assign": {"why": "small"},
        },
        "Read": passing(Output={"in": "{% $states.input %}", "why": "{% $why %}"}, End=True),
    }
    done = engine.run({"StartAt": "Choose", "States": states}, admin, {"n": 1})
    assert done["output"] == {"in": {"chosen": "default"}, "why": "small"}


def test_succeed_has_output(engine, admin):
    states = {"Done": {"Type": "Succeed", "Output": {"n": "{% $states.input.n + 1 %}"}}}
    assert engine.run({"StartAt": "Done", "States": states}, admin, {"n": 1})["output"] == {"n": 2}


def test_waits_are_compressed_and_visible(engine, admin):
    started = time.monotonic()
    states = {"W": {"Type": "Wait", "Seconds": "{% $states.input %}", "End": True}}
    done = engine.run({"StartAt": "W", "States": states}, admin, 60)
    assert 0.6 < time.monotonic() - started < 10
    history = engine.client("stepfunctions").get_execution_history(executionArn=done["executionArn"])
    assert "WaitStateEntered" in [event["type"] for event in history["events"]]
    facts = (engine.run_dir / "not-rehearsed.jsonl").read_text()
    assert "length of Wait states" in facts


def test_the_machine_times_out(engine, admin):
    states = {"W": {"Type": "Wait", "Seconds": 3000, "End": True}}
    done = engine.run({"StartAt": "W", "TimeoutSeconds": 1, "States": states}, admin)
    assert done["status"] == "TIMED_OUT"


def test_a_second_start_with_the_same_name_and_input_succeeds(engine, admin):
    sfn = engine.client("stepfunctions")
    machine = sfn.create_state_machine(
        name=engine.name("machine"),
        roleArn=admin,
        definition='{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 200, "End": true}}}',
    )["stateMachineArn"]
    first = sfn.start_execution(stateMachineArn=machine, name="episode", input='{"a": 1}')
    again = sfn.start_execution(stateMachineArn=machine, name="episode", input='{"a":1}')
    assert again["executionArn"] == first["executionArn"]
    try:
        sfn.start_execution(stateMachineArn=machine, name="episode", input='{"a": 2}')
    except sfn.exceptions.ExecutionAlreadyExists:
        return
    raise AssertionError("another input under the same name was accepted")
