"""Step Functions service integrations: every `arn:aws:states:::` resource a state machine may name."""
