/** Validates the signal in an event. The guard compares its values with later ones, so a wrong text could hold the lock for ever. */
import type { EventBridgeEvent } from 'aws-lambda';
import { statuses } from '../../../lib/monitoring/room';
import { names } from '../../../lib/shared/names';
import { countAt, fieldsAt, textAt, timeAt, versionAt, windowAt } from '../../shared/event';
import { oneOf, Refusal } from '../../shared/refusal';
import type { Signal } from './decide';

/**
 * @returns the signal, or the reason why the event is not for this kit's guard
 * @throws Refusal naming the field of a malformed event
 */
export function signalOf(
  event: EventBridgeEvent<string, unknown>,
  kit: string,
  now: Date,
): Signal | { ignored: string } {
  const source = names.eventSource(kit, 'monitoring');
  if (event.source !== source) return { ignored: `it comes from ${event.source}, not from ${source}` };
  const detail = fieldsAt('detail', event.detail);
  const time = timeAt('time', event.time, now);
  const champion = versionAt('detail.champion', detail.champion, kit);
  const { confirmed, violations, outcomeUri = null } = detail;
  if (typeof confirmed !== 'boolean') throw new Refusal('detail.confirmed', confirmed, 'must be true or false');
  if (outcomeUri !== null) textAt('detail.outcomeUri', outcomeUri);
  if (!Array.isArray(violations)) throw new Refusal('detail.violations', violations, 'must be a list');
  const signal = {
    id: textAt('id', event.id),
    time,
    window: windowAt('detail.window', detail.window, time),
    status: oneOf('detail.status', detail.status, Object.values(statuses)),
    confirmed,
    violations: violations.map((each: unknown, index) => {
      const field = `detail.violations[${index}]`;
      const violation = fieldsAt(field, each);
      textAt(`${field}.feature`, violation.feature);
      textAt(`${field}.check`, violation.check);
      return violation as Signal['violations'][number] & typeof violation;
    }),
    newLabelledRows: countAt('detail.newLabelledRows', detail.newLabelledRows),
    outcomeUri: outcomeUri as string | null,
  };
  if (champion === undefined) return { ignored: `${String(detail.champion)} is no model of the kit ${kit}` };
  return { ...signal, champion };
}
