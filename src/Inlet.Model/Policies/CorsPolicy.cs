namespace Inlet.Model;

/// <summary>
/// What browsers may let scripts of other origins do with a route's answers (Fetch standard, CORS protocol). A request from an origin
/// that is not allowed is served without these fields; a preflight request from one that is allowed is answered 204 by us.
/// </summary>
/// <param name="Origins">
/// Lower case: <c>scheme://host[:port]</c>, whose host may begin with <c>*.</c> for exactly one label; <c>null</c>; or <c>*</c>, which
/// allows all and is sent as it is.
/// </param>
public sealed record CorsPolicy(EquatableArray<string> Origins)
{
    public bool AllowCredentials { get; init; } = true;

    /// <summary>Methods, as the field's value.</summary>
    public string AllowMethods { get; init; } = "GET, PUT, POST, DELETE, PATCH, OPTIONS";

    /// <summary>Field names, as the field's value.</summary>
    public string AllowHeaders { get; init; } =
        "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization";

    /// <summary>Field names, as the field's value; empty sends none.</summary>
    public string ExposeHeaders { get; init; } = "";

    /// <summary>Whole seconds for which a browser may keep the answer to a preflight request.</summary>
    public int MaxAge { get; init; } = 1_728_000;
}
