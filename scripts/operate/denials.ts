/** Calls that IAM refused in an account on this machine, from the engine's audit. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

export interface Denial {
  /** The newest time. */
  time: string;
  principal: string;
  action: string;
  resource: string;
  reason: string;
  times: number;
}

/** Reads an audit that grows. @returns a function that reads on, and has every denial, the newest first */
export function denialsOf(runDir: string): () => Denial[] {
  const found = new Map<string, Denial>();
  let [offset, rest] = [0, Buffer.alloc(0)];
  return () => {
    const file = join(runDir, 'audit.jsonl');
    if (!existsSync(file)) return [];
    const audit = openSync(file, 'r');
    const more = Buffer.alloc(fstatSync(audit).size - offset);
    readSync(audit, more, 0, more.length, offset);
    closeSync(audit);
    offset += more.length;
    const text = Buffer.concat([rest, more]);
    // The engine may be in the middle of its last line.
    const end = text.lastIndexOf(10) + 1;
    rest = text.subarray(end);
    for (const line of text.subarray(0, end).toString('utf8').split('\n')) {
      if (!line.includes('"Deny"')) continue;
      const { decision, time, principal, action, resource, reason } = JSON.parse(line) as Denial & { decision: string };
      if (decision !== 'Deny') continue;
      const key = [principal, action, resource, reason].join(' ');
      found.set(key, { time, principal, action, resource, reason, times: (found.get(key)?.times ?? 0) + 1 });
    }
    return [...found.values()].sort((a, b) => b.time.localeCompare(a.time));
  };
}
