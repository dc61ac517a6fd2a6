import { call, jsonata } from '../shared/asl';

/** Reads the champion parameter into the variable `champion`. */
export const readChampion = <const Name extends string>(parameter: string, next: Name) =>
  call(
    'aws-sdk:ssm:getParameter',
    { Name: parameter },
    { Assign: { champion: jsonata('$states.result.Parameter.Value') }, Next: next },
  );
