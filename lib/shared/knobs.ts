/** Kinds of knobs that several rooms use. */
import { z } from 'zod';

export const whole = (least: number, most = Number.MAX_SAFE_INTEGER) => z.number().int().min(least).max(most);

export const positive = (most: number) => z.number().positive().max(most);

export const ratio = z.number().min(0).max(1);
