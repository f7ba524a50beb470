// Loaded before the CDK command line, whose 16 MB of JavaScript Node would otherwise compile at every start.
// Not by NODE_COMPILE_CACHE: the app that the command line starts would have that too, and jsii gains nothing by it.
const path = require("node:path");

require("node:module").enableCompileCache(path.join(__dirname, "..", ".venv", "node-compile-cache"));
