using System.IO.Pipelines;

using CsCheck;
using Inlet.Local.ApiServer.Streams.Spdy;

namespace Inlet.Local.Tests.ApiServer.Streams;

/// <summary>SPDY/3.1 as its clients write it: the header blocks here were compressed by zlib itself, with its dictionary.</summary>
public sealed class SpdyTests
{
    private static readonly string[] Blocks =
    [
        "78F9E3C6A7C202E50E703A2B294A4DCC851625ACA9A080C652C670211C07000000FFFF",
        "02F21831351697003313000000FFFF",
        "C26A263017A4E4830B7760595F04A62D0C2C0C00000000FFFF",
    ];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Dictionary_is_the_one_of_the_draft() => Assert.Equal((1423, 0xE3C6A7C2), (SpdyDictionary.Bytes.Length, SpdyDictionary.Id));

    [Fact]
    public void Header_blocks_of_a_connection_are_one_compressed_stream()
    {
        using var reader = new SpdyHeaderReader();
        Assert.Equal(new() { ["streamtype"] = "error", ["content-type"] = "text/plain" }, reader.Read(Convert.FromHexString(Blocks[0])));
        Assert.Equal(new() { ["streamtype"] = "stdin" }, reader.Read(Convert.FromHexString(Blocks[1])));
        Assert.Equal(new() { ["streamtype"] = "stdout", ["port"] = "8080" }, reader.Read(Convert.FromHexString(Blocks[2])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("78")]
    [InlineData("78F900000000")]
    [InlineData("0000")]
    [InlineData("78F9E3C6A7C2FFFFFFFFFFFFFFFF")]
    [InlineData("789C" + "000400FBFF" + "00000001")]
    [InlineData("789C" + "000400FBFF" + "FFFFFFFF")]
    public void Header_block_that_is_none_is_refused(string hex)
    {
        using var reader = new SpdyHeaderReader();
        Assert.Throws<SpdyException>(() => reader.Read(Convert.FromHexString(hex)));
    }

    [Fact]
    public async Task Stream_is_answered_read_to_its_end_and_written()
    {
        await using var connection = new Connection();
        await connection.SendAsync(SynStream(1, Blocks[0]));
        var stream = await connection.Session.Opened.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal("error", stream.Headers["StreamType"]);
        Assert.Equal("80030002" + "00000018" + "00000001" + "78BBE3C6A7C2" + "000400FBFF" + "00000000" + "000000FFFF", await connection.ReceiveAsync(32));

        await connection.SendAsync("00000001" + "00000002" + "4142" + "00000001" + "01000001" + "43");
        Assert.Equal("ABC", await new StreamReader(stream).ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken));
        await stream.WriteAsync("xyz"u8.ToArray(), TestContext.Current.CancellationToken);
        await stream.CloseWriteAsync(TestContext.Current.CancellationToken);
        Assert.Equal("00000001" + "00000003" + "78797A" + "00000001" + "01000000", await connection.ReceiveAsync(19));
    }

    [Fact]
    public async Task Ping_comes_back_and_settings_and_windows_are_passed_over()
    {
        await using var connection = new Connection();
        await connection.SendAsync("80030004" + "00000004" + "00000000" + "80030009" + "00000008" + "0000000100010000" + "80030006" + "00000004" + "00000007");
        Assert.Equal("80030006" + "00000004" + "00000007", await connection.ReceiveAsync(12));
    }

    [Fact]
    public async Task Bytes_that_are_no_frames_end_the_connection_and_nothing_else() => await Gen.Byte.Array[0, 400].SampleAsync(
        async bytes =>
        {
            var input = new MemoryStream([.. Convert.FromHexString(SynStream(1, Blocks[0])), .. bytes]);
            using var session = new SpdySession(new Duplex(input, Stream.Null));
            try
            {
                await session.RunAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
            }
            catch (SpdyException)
            {
                // As it should.
            }

            // The one stream that was opened, and then the end.
            while (await session.Opened.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience))
            {
                session.Opened.TryRead(out _);
            }
        },
        iter: 500, threads: 1);

    private static string SynStream(int id, string block)
    {
        var body = $"{id:X8}0000000000{"00"}{block}";
        return $"80030001{body.Length / 2:X8}{body}";
    }

    private sealed class Connection : IAsyncDisposable
    {
        private readonly Pipe _toServer = new();
        private readonly Pipe _toClient = new();
        private readonly Task _running;

        public Connection()
        {
            Session = new(new Duplex(_toServer.Reader.AsStream(), _toClient.Writer.AsStream()));
            _running = Session.RunAsync(CancellationToken.None);
        }

        public SpdySession Session { get; }

        public async Task SendAsync(string hex) => await _toServer.Writer.WriteAsync(Convert.FromHexString(hex));

        public async Task<string> ReceiveAsync(int bytes)
        {
            var read = new byte[bytes];
            await _toClient.Reader.AsStream(leaveOpen: true).ReadExactlyAsync(read).AsTask().WaitAsync(Patience);
            return Convert.ToHexString(read);
        }

        public async ValueTask DisposeAsync()
        {
            await _toServer.Writer.CompleteAsync();
            await _running;
            Session.Dispose();
        }
    }

    private sealed class Duplex(Stream input, Stream output) : AsyncStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => output.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);
    }
}
