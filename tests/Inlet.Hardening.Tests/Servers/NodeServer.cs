namespace Inlet.Hardening.Tests.Servers;

internal sealed class NodeServer : RealServer
{
    protected override void Run() => Start("node", "--max-http-header-size=65536", Write("server.js", $$"""
        const fs = require('fs'), log = fs.openSync('{{At("seen.log")}}', 'a');
        const tell = (r, what) => fs.writeSync(log, (r.headers['x-request-id'] || '-') + ' ' + (what || '') + r.method + ' ' + r.url + '\n');
        const serve = (request, response) => {
            tell(request);
            request.resume();
            request.on('end', () => response.end(request.url === '/after' ? 'after' : 'x'));
        };
        const server = require('http').createServer(serve);
        server.on('upgrade', (request, socket) => { tell(request); socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'); });
        server.on('clientError', (error, socket) => {
            // Not a request: Inlet closed while a body was on its way.
            if (error.code !== 'HPE_INVALID_EOF_STATE' && error.code !== 'ECONNRESET') fs.writeSync(log, '- ' + error.code + '\n');
            socket.destroy();
        });
        server.keepAliveTimeout = 60000; server.headersTimeout = 0; server.requestTimeout = 0;
        server.listen({{Port}}, '127.0.0.1');
        process.on('SIGTERM', () => process.exit(0));
        """));
}
