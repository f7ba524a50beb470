// X-Ray's client for Lambda functions in the embedded AWS, whose Node has no AWS SDK installed.
// AWS's own Node runtimes carry the whole SDK, and CDK's AwsCustomResource loads this package
// from there. Only what such a function uses: XRayClient, send, and one command per operation.
'use strict';

const PATHS = {
  CreateGroup: '/CreateGroup',
  CreateSamplingRule: '/CreateSamplingRule',
  DeleteGroup: '/DeleteGroup',
  DeleteSamplingRule: '/DeleteSamplingRule',
  GetGroup: '/GetGroup',
  GetGroups: '/Groups',
  GetSamplingRules: '/GetSamplingRules',
  ListTagsForResource: '/ListTagsForResource',
  TagResource: '/TagResource',
  UntagResource: '/UntagResource',
  UpdateGroup: '/UpdateGroup',
  UpdateSamplingRule: '/UpdateSamplingRule',
};

class XRayClient {
  constructor(settings = {}) {
    const region = settings.region || process.env.AWS_REGION || 'us-east-1';
    this.config = { apiVersion: '2016-04-12', region: async () => region };
  }

  async send(command) {
    // The embedded AWS reads the account and region from the signature's scope and checks nothing.
    const region = await this.config.region();
    const scope = `${process.env.AWS_ACCESS_KEY_ID}/20260101/${region}/xray/aws4_request`;
    const answer = await fetch(process.env.AWS_ENDPOINT_URL + command.path, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(command.input),
    });
    const document = await answer.json();
    const $metadata = { httpStatusCode: answer.status };
    if (answer.ok) {
      return { ...document, $metadata };
    }
    const name = answer.headers.get('x-amzn-errortype');
    throw Object.assign(new Error(document.Message), { name, $metadata });
  }
}

exports.XRayClient = XRayClient;
for (const [operation, path] of Object.entries(PATHS)) {
  exports[`${operation}Command`] = class {
    constructor(input = {}) {
      this.input = input;
      this.path = path;
    }
  };
}
