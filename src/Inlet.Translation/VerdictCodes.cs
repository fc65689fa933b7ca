namespace Inlet.Translation;

/// <summary>Every verdict code of this room. They are an interface to users: never renamed or reused.</summary>
public static class VerdictCodes
{
    public const string TranslationFailed = nameof(TranslationFailed);
    public const string ObjectUnreadable = nameof(ObjectUnreadable);
    public const string InvalidHost = nameof(InvalidHost);
    public const string InvalidPath = nameof(InvalidPath);
    public const string InvalidPathType = nameof(InvalidPathType);
    public const string InvalidBackend = nameof(InvalidBackend);
    public const string ResourceBackendNotSupported = nameof(ResourceBackendNotSupported);
    public const string RuleWithoutPaths = nameof(RuleWithoutPaths);
    public const string NothingToServe = nameof(NothingToServe);
    public const string VersionNotServed = nameof(VersionNotServed);
    public const string PathConflict = nameof(PathConflict);
    public const string DefaultBackendConflict = nameof(DefaultBackendConflict);
    public const string TlsConflict = nameof(TlsConflict);
    public const string TlsIgnoredOnCanary = nameof(TlsIgnoredOnCanary);
    public const string TlsWithoutSecret = nameof(TlsWithoutSecret);
    public const string SecretNotFound = nameof(SecretNotFound);
    public const string SecretInvalid = nameof(SecretInvalid);
    public const string ConfigMapNotFound = nameof(ConfigMapNotFound);
    public const string ConfigMapInvalid = nameof(ConfigMapInvalid);
    public const string ClientCertificatesConflict = nameof(ClientCertificatesConflict);
    public const string AliasConflict = nameof(AliasConflict);
    public const string SettingInvalid = nameof(SettingInvalid);
    public const string SettingRefused = nameof(SettingRefused);
    public const string SettingNotSupported = nameof(SettingNotSupported);
    public const string SettingAtStart = nameof(SettingAtStart);
    public const string SettingUnknown = nameof(SettingUnknown);
    public const string AnnotationInvalid = nameof(AnnotationInvalid);
    public const string AnnotationNotSupported = nameof(AnnotationNotSupported);
    public const string AnnotationRefused = nameof(AnnotationRefused);
    public const string AnnotationDiffers = nameof(AnnotationDiffers);
    public const string AnnotationUnknown = nameof(AnnotationUnknown);
    public const string AnnotationWithoutEffect = nameof(AnnotationWithoutEffect);
    public const string CanaryNotEnabled = nameof(CanaryNotEnabled);
    public const string CanaryWithoutMain = nameof(CanaryWithoutMain);
    public const string CanarySameBackend = nameof(CanarySameBackend);
    public const string CanaryWithoutCondition = nameof(CanaryWithoutCondition);
    public const string ServiceNotFound = nameof(ServiceNotFound);
    public const string ServicePortNotFound = nameof(ServicePortNotFound);
    public const string ExternalNameNotSupported = nameof(ExternalNameNotSupported);
}
