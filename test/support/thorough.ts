/** A test that takes more than twenty seconds because it builds a whole copy of the kit: `.ci/run` asks for it, and `npm test` leaves it out. */
export const thorough = process.env.KIT_THOROUGH === '1' ? test : test.skip;
