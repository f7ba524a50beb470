// The browser of the tests: Chromium as a package brings it, unpacked into the folder that TMPDIR
// names, so that it needs nothing of the machine.

import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Makes the package unpack the libraries that it brings.
process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs24.x";

// The package's own configuration finds its fonts in /tmp/fonts alone. Chromium with no font at all
// ends at the first text field.
const fonts = join(tmpdir(), "font-configuration");
mkdirSync(fonts, { recursive: true });
writeFileSync(
  join(fonts, "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(tmpdir(), "fonts")}</dir>
  <cachedir>${join(fonts, "cache")}</cachedir>
</fontconfig>
`,
);
process.env.FONTCONFIG_PATH = fonts;

const { default: chromium } = await import("@sparticuz/chromium");
const { chromium: playwright } = await import("playwright-core");

export async function launched(...more) {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    // Root has no sandbox. Without a display, drawing falls back to software only after a try that
    // takes seconds: ask for it at once.
    args: [
      "--no-sandbox",
      "--use-gl=angle",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      ...more,
    ],
  });
}
