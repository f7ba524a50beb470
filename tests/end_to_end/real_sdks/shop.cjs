// An Express app of CommonJS that knows nothing of tracing.
const express = require("express");
const app = express();
app.get("/orders/:order", (request, response) => response.send(`${request.params.order} ${process.title}`));
const server = app.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
