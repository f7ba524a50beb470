// An Express app of ES modules that knows nothing of tracing.
import express from "express";
const app = express();
app.get("/orders/:order", (request, response) => response.send(`${request.params.order} ${process.title}`));
const server = app.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
