import type { Config } from '../config';

/**
 * Settings with which the XGBoost image's own server (sagemaker-containers 2.8.6.post2) runs `inference.py` out of model.tar.gz.
 *
 * By default the server writes a configuration of nginx below /etc, copies the module to /opt/ml/code and installs it into the image's
 * Python. A serverless container has no root and can write to /tmp only, so each of the three would fail. The same
 * settings work on an instance, so a package is valid for both kinds of endpoint.
 * @param mode the kind of endpoint that this kit serves with
 */
export const servingEnvironment = (region: string, mode: Config['serving']['mode']): Record<string, string> => ({
  SAGEMAKER_PROGRAM: 'inference.py',
  SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/model/code',
  SAGEMAKER_CONTAINER_LOG_LEVEL: '20',
  SAGEMAKER_REGION: region,
  // gunicorn listens on the port itself, because nginx needs a file below /etc.
  SAGEMAKER_USE_NGINX: 'false',
  // The module is copied below it. The library would also look for the model there, so `inference.py` uses the image's SM_MODEL_DIR.
  SAGEMAKER_BASE_DIR: '/tmp/sm',
  // `pip install .` installs the copy there without an index, because the archive has its own build backend.
  PIP_TARGET: '/tmp/site',
  PIP_NO_INDEX: '1',
  PIP_NO_CACHE_DIR: '1',
  // A process imports the module from the archive, because PIP_TARGET is not on the path.
  PYTHONPATH: '/opt/ml/model/code',
  // The image's TEMP is in the home of a user that a serverless container does not run as.
  TMPDIR: '/tmp',
  HOME: '/tmp',
  // A serverless container handles one request at a time, and each worker holds a copy of the model; an instance has one worker per core.
  ...(mode === 'serverless' && { SAGEMAKER_MODEL_SERVER_WORKERS: '1' }),
});
