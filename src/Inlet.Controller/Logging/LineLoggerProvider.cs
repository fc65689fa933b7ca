using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Inlet.Controller;

/// <summary>
/// One line per entry on a writer (stderr, a file): time, level, category, message. The console logger of the framework would bring a
/// background thread, a queue and two lines per entry.
/// </summary>
public sealed class LineLoggerProvider(TextWriter writer, LogLevel smallest, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string category, string message, Exception? exception)
    {
        var line = new StringBuilder();
        line.Append(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        line.Append(' ').Append(Name(level)).Append(' ').Append(category).Append(": ").Append(OneLine(message));
        if (exception is not null)
        {
            line.Append(" | ").Append(OneLine(exception.ToString()));
        }

        // Guards the writer: lines of several threads must not mix.
        lock (_lock)
        {
            writer.WriteLine(line.ToString());
            writer.Flush();
        }
    }

    // A message may carry text from a manifest or a server: it must not be able to fake a second line.
    private static string OneLine(string text) => text.ReplaceLineEndings(" ⏎ ");

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= provider._smallest && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                provider.Write(logLevel, category, formatter(state, exception), exception);
            }
        }
    }

    private readonly LogLevel _smallest = smallest;
}
