// The sandbox of a test, and how the test is told what the calls have returned.
const { SANDBOX_URL, SERVER_TOKEN, ACCOUNT_TOKEN } = process.env;

async function print(parts) {
    const results = {};
    for (const [name, part] of Object.entries(parts)) {
        results[name] = await part();
    }
    console.log(JSON.stringify(results));
}

module.exports = {
    host: new URL(SANDBOX_URL).host,
    serverToken: SERVER_TOKEN,
    accountToken: ACCOUNT_TOKEN,
    print,
};
