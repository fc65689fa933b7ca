using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Inlet.Http;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>
/// Chooses a split's backend: all canaries' headers are asked first, then all cookies, then the weights. A canary without
/// ready endpoints is passed over, so that a broken release costs no request.
/// </summary>
internal sealed class CanaryChoice(LoopBackends backends)
{
    // Keyed by the compiled split itself, which lives as long as its route is unchanged; entries go with it.
    private readonly ConditionalWeakTable<CompiledSplit, WeightSequence[]> _sequences = [];

    /// <returns>A backend id, or -1 when the split has none.</returns>
    public int Choose(CompiledSplit split, RequestHead head, ReadOnlySpan<byte> source)
    {
        var canaries = split.Canaries;
        if (canaries.Length == 0)
        {
            return split.PrimaryBackend;
        }

        if (split.AnyHeader)
        {
            foreach (var canary in canaries)
            {
                if (HeaderSays(canary, head, source) == Answer.Take && backends.HasReady(canary.Backend))
                {
                    return canary.Backend;
                }
            }
        }

        if (split.AnyCookie)
        {
            foreach (var canary in canaries)
            {
                if (CookieSays(canary, head, source) == Answer.Take && HeaderSays(canary, head, source) != Answer.Refuse
                    && backends.HasReady(canary.Backend))
                {
                    return canary.Backend;
                }
            }
        }

        return split.AnyWeight ? ByWeight(split, head, source) : split.PrimaryBackend;
    }

    private int ByWeight(CompiledSplit split, RequestHead head, ReadOnlySpan<byte> source)
    {
        var canaries = split.Canaries;
        if (!_sequences.TryGetValue(split, out var sequences))
        {
            sequences = new WeightSequence[canaries.Length];
            for (var index = 0; index < sequences.Length; index++)
            {
                sequences[index] = new WeightSequence((ulong)Random.Shared.NextInt64());
            }

            _sequences.Add(split, sequences);
        }

        // Each canary has a sequence of its own and is asked only about requests that may be its: requests that said never
        // take no numbers out of it, so that the share of the others stays exact. A later canary sees only what the ones
        // before it left, hence the division.
        var left = 1.0;
        for (var index = 0; index < canaries.Length && left > 0; index++)
        {
            var canary = canaries[index];
            if (canary.Weight <= 0 || !backends.HasReady(canary.Backend)
                || HeaderSays(canary, head, source) == Answer.Refuse || CookieSays(canary, head, source) == Answer.Refuse)
            {
                continue;
            }

            var share = (double)canary.Weight / canary.WeightTotal;
            if (sequences[index].Next(share / left))
            {
                return canary.Backend;
            }

            left -= share;
        }

        return split.PrimaryBackend;
    }

    private static Answer HeaderSays(CompiledCanary canary, RequestHead head, ReadOnlySpan<byte> source)
    {
        if (canary.HeaderName is null)
        {
            return Answer.GoOn;
        }

        foreach (ref readonly var field in head.Block.Fields)
        {
            if (field.NameLength != canary.HeaderName.Length || !Ascii.EqualsIgnoreCase(field.Name(source), canary.HeaderName))
            {
                continue;
            }

            var value = field.Value(source);
            return canary.HeaderPattern is { } pattern ? Matches(pattern, value)
                : canary.HeaderValue is null ? Decide(value)
                : value.SequenceEqual(canary.HeaderValue) ? Answer.Take : Answer.GoOn;
        }

        return Answer.GoOn;
    }

    private static Answer Matches(Regex pattern, ReadOnlySpan<byte> value)
    {
        const int OnStack = 512;
        var text = value.Length <= OnStack ? stackalloc char[OnStack] : new char[value.Length];
        return pattern.IsMatch(text[..Encoding.Latin1.GetChars(value, text)]) ? Answer.Take : Answer.GoOn;
    }

    private static Answer CookieSays(CompiledCanary canary, RequestHead head, ReadOnlySpan<byte> source) =>
        canary.CookieName is { } name && Cookies.TryFind(head, source, name, out var value) ? Decide(value) : Answer.GoOn;

    private static Answer Decide(ReadOnlySpan<byte> value) =>
        value.SequenceEqual("always"u8) ? Answer.Take : value.SequenceEqual("never"u8) ? Answer.Refuse : Answer.GoOn;

    private enum Answer
    {
        GoOn,
        Take,
        Refuse,
    }
}
