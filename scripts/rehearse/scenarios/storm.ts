import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { checks, statuses } from '../../../lib/monitoring/room';
import { featuresOf } from '../../../lib/shared/dataset';
import { addDays } from '../../../lib/shared/days';
import { decisions } from '../../operate/decisions';
import { pause } from '../../operate/pace';
import { championOf } from '../../operate/status';
import { allow } from '../client-role';
import { expect, type Scenario } from '../scenario';
import { begin, follow, forge } from '../story';

const DELIVERIES = 30;

export const storm: Scenario = {
  name: 'storm',
  title: 'the same violation, delivered many times and concurrently',
  // Only this scenario may send the monitor's events, because no real monitor repeats itself so often.
  extra: [allow(['events:PutEvents'])],
  async play(stage) {
    const { kit, config, out } = stage;
    const end = await begin(stage);
    const window = { start: addDays(end, -config.monitoring.windowDays), end };
    const watched = featuresOf(kit.dataset).find(({ monitor }) => monitor === 'retrain');
    const detail = {
      window,
      champion: await championOf(kit),
      status: statuses.violations,
      confirmed: true,
      violations: [{ feature: watched!.name, check: checks.baselineDrift, value: 0.4, threshold: 0.2 }],
      records: 6000,
      labelledRows: 6000,
      newLabelledRows: 12_000,
      outcomeUri: null,
    };
    await Promise.all(Array.from({ length: DELIVERIES }, () => forge(stage, detail)));
    out.line(`${DELIVERIES} deliveries of one violation were sent`);
    for (const giveUp = Date.now() + 60_000; (await decisions(stage.kit)).length < DELIVERIES && Date.now() < giveUp;)
      await pause(kit.s3, 500);
    // The gate holds it, because the champion has been trained on the gate's rows; the scenario only counts one run.
    await follow(stage, window);

    const decided = await decisions(stage.kit);
    const started = decided.filter(({ outcome }) => outcome === 'started');
    const { executions = [] } = await new SFNClient(kit.aws).send(
      new ListExecutionsCommand({ stateMachineArn: kit.machines.train }),
    );
    const retrainings = executions.filter(({ name }) => name?.startsWith('drift-'));
    expect(decided.length === DELIVERIES, `${DELIVERIES} deliveries, but ${decided.length} decisions are written`);
    expect(started.length === 1, `${started.length} decisions say started, one must`);
    expect(retrainings.length === 1, `${retrainings.length} retrainings ran, one must`);
    return `${DELIVERIES} deliveries, ${decided.length} decisions written, one retraining`;
  },
};
