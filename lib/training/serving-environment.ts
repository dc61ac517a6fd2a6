import type { Config } from '../config';

/**
 * How the XGBoost image's own server (sagemaker-containers 2.8.6.post2) runs `inference.py` out of model.tar.gz.
 *
 * The server writes by itself a configuration of nginx below /etc, copies the module to /opt/ml/code and installs it into the image's
 * Python. A serverless container has no root and may write to /tmp alone, so that each of the three would end its start. The same
 * settings do no harm on an instance, and a model that moves between the two kinds of endpoint keeps its package.
 * @param mode the kind of endpoint that this kit serves with
 */
export const servingEnvironment = (region: string, mode: Config['serving']['mode']): Record<string, string> => ({
  SAGEMAKER_PROGRAM: 'inference.py',
  SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/model/code',
  SAGEMAKER_CONTAINER_LOG_LEVEL: '20',
  SAGEMAKER_REGION: region,
  // gunicorn answers on the port itself: nginx needs a file below /etc.
  SAGEMAKER_USE_NGINX: 'false',
  // The module is copied below it. The library would look for the model there too; `inference.py` takes SM_MODEL_DIR, which the image sets.
  SAGEMAKER_BASE_DIR: '/tmp/sm',
  // `pip install .` puts the copy there, and asks no index: an isolated container reaches none, and the archive brings its own build backend.
  PIP_TARGET: '/tmp/site',
  PIP_NO_INDEX: '1',
  PIP_NO_CACHE_DIR: '1',
  // A process imports the module from the archive: PIP_TARGET is on nobody's path.
  PYTHONPATH: '/opt/ml/model/code',
  // The image names a TEMP in the home of a user that a serverless container does not run as.
  TMPDIR: '/tmp',
  HOME: '/tmp',
  // A serverless container takes one request at a time, and each worker is a copy of the model in its memory; an instance has one a core.
  ...(mode === 'serverless' && { SAGEMAKER_MODEL_SERVER_WORKERS: '1' }),
});
