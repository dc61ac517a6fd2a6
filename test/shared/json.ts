/** JSON of templates, definitions and calls: an assertion states the shape that it needs. */
export type Json = any;
