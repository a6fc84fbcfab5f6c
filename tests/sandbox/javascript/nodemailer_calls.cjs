// Emails by Nodemailer: by the API, through a transport of the community, or by SMTP where the test names a port.
const nodemailer = require("nodemailer");
const byAPI = require("nodemailer-postmark-transport");
const { host, serverToken, print } = require("./world.cjs");

const { SMTP_HOST, SMTP_PORT, SMTP_CERTIFICATE } = process.env;
const overSMTP = {
    host: SMTP_HOST,
    port: Number(SMTP_PORT),
    requireTLS: true,
    tls: { ca: SMTP_CERTIFICATE },
    auth: { user: serverToken, pass: serverToken },
};
const overAPI = byAPI({ auth: { apiKey: serverToken }, postmarkOptions: { useHttps: false, requestHost: host } });
const transport = nodemailer.createTransport(SMTP_PORT ? overSMTP : overAPI);
const email = {
    from: '"Shop, Inc." <shop@example.com>',
    to: ["Ada <ada@example.com>", "bob@example.com"],
    cc: "carol@example.com",
    bcc: "dan@example.com",
    replyTo: "help@example.com",
    subject: "Grüße 482913",
    text: "Your code is 482913",
    html: '<p>Your code is <b>482913</b> <img src="cid:logo"></p>',
    headers: { "X-Order": "77" },
    attachments: [
        { filename: "a.txt", content: "hello", contentType: "text/plain" },
        { filename: "l.png", content: Buffer.from("p"), contentType: "image/png", cid: "logo" },
    ],
};

async function sending() {
    const sent = await transport.sendMail(email);
    transport.close();
    return { id: sent.messageId ?? null, accepted: sent.accepted ?? null };
}

print({ sending });
