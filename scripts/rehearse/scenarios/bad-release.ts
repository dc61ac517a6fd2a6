import { DescribeModelPackageCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { addDays } from '../../../lib/shared/days';
import { columnWith, targetOf } from '../../../lib/shared/dataset';
import type { Dataset } from '../../../lib/shared/dataset-file';
import { partitionOf } from '../../operate/days';
import { featuresOf } from '../../operate/features';
import { predict } from '../../operate/predict';
import { expire, release as bring, versionOf as registered } from '../../operate/releases';
import { allow } from '../client-role';
import { MAY_REGISTER, register } from '../packages';
import { expect, type Scenario } from '../scenario';
import { approved, begin, note } from '../story';
import { versionOf } from '../verify';

interface Flaw {
  program: string;
  reason: RegExp;
}

/** Faulty serving programs, and the finding of the release for each. */
const bad = (dataset: Dataset) => ({
  'never healthy': {
    program: 'raise RuntimeError("a module of this model is not in the container")\n',
    reason: /ping health check/,
  },
  'wrong answers': {
    reason: /^smoke test: scores /,
    program: `import json


def model_fn(model_dir):
    return None


def input_fn(body, content_type):
    return json.loads(body)["instances"]


def predict_fn(instances, model):
    return [{"${columnWith(dataset, 'id')}": i["${columnWith(dataset, 'id')}"], "score": 0.5, "${targetOf(dataset)}": True} for i in instances]


def output_fn(predictions, accept):
    return json.dumps({"predictions": predictions}), "application/json"
`,
  },
});

export const badRelease: Scenario = {
  name: 'bad-release',
  title: 'a server that never becomes healthy, and a healthy one with wrong answers',
  extra: [
    ...MAY_REGISTER,
    // An operator lets a version expire and releases it again.
    allow(['states:StartExecution'], 'arn:aws:states:us-east-1:123456789012:stateMachine:mlkit-serving-*'),
  ],
  async play(stage) {
    const { kit, out } = stage;
    await begin(stage);
    const sagemaker = new SageMakerClient(kit.aws);
    const instances = (await featuresOf(kit, partitionOf(kit.dataset, addDays(stage.story.history.end, -1)))).slice(-5);
    const before = JSON.stringify(await predict(kit, { input: { instances } }));
    for (const [flaw, { program, reason: expected }] of Object.entries<Flaw>(bad(kit.dataset))) {
      const arn = await register(stage, flaw, { program });
      const version = versionOf(arn);
      const release = await approved(stage, arn);
      const { ModelApprovalStatus: approval, ApprovalDescription: reason = '' } = await sagemaker.send(
        new DescribeModelPackageCommand({ ModelPackageName: arn }),
      );
      expect(
        release.outcome === 'rejected' && expected.test(release.reason),
        `version ${version} (${flaw}) was ${release.outcome}: ${release.reason}`,
      );
      expect(
        approval === 'Rejected' && reason.includes(release.reason.slice(0, 80)),
        `version ${version} is ${approval} with reason ${JSON.stringify(reason)}`,
      );
      const after = JSON.stringify(await predict(kit, { input: { instances } }));
      expect(after === before, `the API has another answer after ${flaw}: ${after} instead of ${before}`);
    }
    const gone = await expire(kit, out);
    expect(gone.outcome === 'expired', `the expiry was ${gone.outcome}: ${gone.reason}`);
    const { status } = await kit.api.post('predictions', { instances });
    expect(status === 503, `the API answered ${status} while nothing served`);
    await note(stage, (await registered(kit, 1)).arn, await bring(kit, { version: 1 }, out));
    const back = JSON.stringify(await predict(kit, { input: { instances } }));
    expect(back === before, `the API has another answer after the expiry: ${back} instead of ${before}`);
    return 'both versions were rejected with their reasons; version 1 answers as before, and again after it expired and was released again';
  },
};
