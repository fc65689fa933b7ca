using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.ApiServer;

/// <summary>How a write is asked for, and what it says back besides the object.</summary>
internal sealed class WriteContext
{
    public bool DryRun { get; init; }

    /// <summary>Who writes; null for the parts of this program, which may do everything.</summary>
    public UserIdentity? User { get; init; }

    public string FieldManager { get; init; } = "";

    /// <summary>Server-side apply: takes fields from other managers instead of refusing.</summary>
    public bool Force { get; init; }

    /// <summary>Whether the write is a server-side apply, whose manager owns what the configuration says and not what came of it.</summary>
    public bool IsApply { get; init; }

    public FieldValidationMode FieldValidation { get; init; } = FieldValidationMode.Ignore;

    /// <summary>Keys that came twice in the body's JSON text.</summary>
    public IReadOnlyList<string> DuplicateFields { get; init; } = [];

    /// <summary>Texts for <c>Warning: 299</c> headers.</summary>
    public List<string> Warnings { get; } = [];
}
