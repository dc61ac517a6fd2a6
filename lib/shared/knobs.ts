/** Kinds of knob that several rooms have. */
import { z } from 'zod';

export const days = (min: number, max: number) => z.number().int().min(min).max(max);

export const ratio = z.number().min(0).max(1);
