namespace BleepStore.Api.Protocol;

/// <summary>
/// The error table: every error the server can answer, once. Codes, statuses and meanings as in
/// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
/// </summary>
internal static class S3Errors
{
    public static readonly S3Error AccessControlListNotSupported = new(400, "AccessControlListNotSupported", "The bucket does not allow ACLs");
    public static readonly S3Error AccessDenied = new(403, "AccessDenied", "Access Denied");
    public static readonly S3Error AccessForbidden = new(403, "AccessForbidden", "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.");
    public static readonly S3Error AuthorizationHeaderMalformed = new(400, "AuthorizationHeaderMalformed", "The authorization header that you provided is not valid.");
    public static readonly S3Error AuthorizationQueryParametersError = new(400, "AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter.");
    public static readonly S3Error BadDigest = new(400, "BadDigest", "The Content-MD5 or checksum value that you specified did not match what the server received.");
    public static readonly S3Error BadRequest = new(400, "BadRequest", "Bad Request");
    public static readonly S3Error BucketAlreadyExists = new(409, "BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.");
    public static readonly S3Error BucketAlreadyOwnedByYou = new(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.");
    public static readonly S3Error BucketNotEmpty = new(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
    public static readonly S3Error ConditionalRequestConflict = new(409, "ConditionalRequestConflict", "The conditional request cannot succeed due to a conflicting operation against this resource.");
    public static readonly S3Error EntityTooLarge = new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
    public static readonly S3Error EntityTooSmall = new(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
    public static readonly S3Error ExpiredToken = new(400, "ExpiredToken", "The provided token has expired.");
    public static readonly S3Error IllegalLocationConstraintException = new(400, "IllegalLocationConstraintException", "The specified location constraint is incompatible for the region specific endpoint this request was sent to.");
    public static readonly S3Error IllegalVersioningConfigurationException = new(400, "IllegalVersioningConfigurationException", "Indicates that the versioning configuration specified in the request is invalid.");
    public static readonly S3Error IncompleteBody = new(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");
    public static readonly S3Error IncorrectNumberOfFilesInPostRequest = new(400, "IncorrectNumberOfFilesInPostRequest", "POST requires exactly one file upload per request.");
    public static readonly S3Error InsufficientStorage = new(507, "InsufficientStorage", "There is not enough free space to store the bytes of this request.");
    public static readonly S3Error InternalError = new(500, "InternalError", "We encountered an internal error. Please try again.");
    public static readonly S3Error InvalidAccessKeyId = new(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
    public static readonly S3Error InvalidArgument = new(400, "InvalidArgument", "Invalid Argument");
    public static readonly S3Error InvalidBucketAclWithObjectOwnership = new(400, "InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
    public static readonly S3Error InvalidBucketName = new(400, "InvalidBucketName", "The specified bucket is not valid.");
    public static readonly S3Error InvalidBucketState = new(409, "InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.");
    public static readonly S3Error InvalidDigest = new(400, "InvalidDigest", "The Content-MD5 that you specified is not valid.");
    public static readonly S3Error InvalidEncryptionAlgorithmError = new(400, "InvalidEncryptionAlgorithmError", "The Encryption request you specified is not valid. Supported value: AES256.");
    public static readonly S3Error InvalidLocationConstraint = new(400, "InvalidLocationConstraint", "The specified location-constraint is not valid");
    public static readonly S3Error InvalidPart = new(400, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.");
    public static readonly S3Error InvalidPartNumber = new(416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
    public static readonly S3Error InvalidPartOrder = new(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.");
    public static readonly S3Error InvalidPolicyDocument = new(400, "InvalidPolicyDocument", "The content of the form does not meet the conditions specified in the policy document.");
    public static readonly S3Error InvalidRange = new(416, "InvalidRange", "The requested range is not satisfiable");
    public static readonly S3Error InvalidRedirectLocation = new(400, "InvalidRedirectLocation", "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.");
    public static readonly S3Error InvalidRequest = new(400, "InvalidRequest", "Invalid Request");
    public static readonly S3Error InvalidStorageClass = new(400, "InvalidStorageClass", "The storage class you specified is not valid");
    public static readonly S3Error InvalidTag = new(400, "InvalidTag", "The tag provided was not a valid tag.");
    public static readonly S3Error InvalidTargetBucketForLogging = new(400, "InvalidTargetBucketForLogging", "The owner for the bucket to be logged and the target bucket must be the same.");
    public static readonly S3Error InvalidToken = new(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
    public static readonly S3Error InvalidURI = new(400, "InvalidURI", "Couldn't parse the specified URI.");
    public static readonly S3Error KMSNotFoundException = new(400, "KMS.NotFoundException", "The request was rejected because the specified key could not be found.");
    public static readonly S3Error KeyTooLongError = new(400, "KeyTooLongError", "Your key is too long");
    public static readonly S3Error MalformedACLError = new(400, "MalformedACLError", "The XML you provided was not well-formed or did not validate against our published schema");
    public static readonly S3Error MalformedPOSTRequest = new(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.");
    public static readonly S3Error MalformedPolicy = new(400, "MalformedPolicy", "The policy that you provided was not well formed.");
    public static readonly S3Error MalformedTrailerError = new(400, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.");
    public static readonly S3Error MalformedXML = new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");
    public static readonly S3Error MaxMessageLengthExceeded = new(400, "MaxMessageLengthExceeded", "Your request was too big.");
    public static readonly S3Error MaxPostPreDataLengthExceededError = new(400, "MaxPostPreDataLengthExceededError", "Your POST request fields preceding the upload file were too large.");
    public static readonly S3Error MetadataTooLarge = new(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
    public static readonly S3Error MethodNotAllowed = new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
    public static readonly S3Error MissingContentLength = new(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
    public static readonly S3Error MissingRequestBodyError = new(400, "MissingRequestBodyError", "Request Body is empty");
    public static readonly S3Error MissingSecurityHeader = new(400, "MissingSecurityHeader", "Your request was missing a required header");
    public static readonly S3Error NoSuchBucket = new(404, "NoSuchBucket", "The specified bucket does not exist");
    public static readonly S3Error NoSuchBucketPolicy = new(404, "NoSuchBucketPolicy", "The bucket policy does not exist");
    public static readonly S3Error NoSuchCORSConfiguration = new(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist");
    public static readonly S3Error NoSuchConfiguration = new(404, "NoSuchConfiguration", "The specified configuration does not exist.");
    public static readonly S3Error NoSuchKey = new(404, "NoSuchKey", "The specified key does not exist.");
    public static readonly S3Error NoSuchLifecycleConfiguration = new(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist");
    public static readonly S3Error NoSuchPublicAccessBlockConfiguration = new(404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found");
    public static readonly S3Error NoSuchTagSet = new(404, "NoSuchTagSet", "The TagSet does not exist");
    public static readonly S3Error NoSuchObjectLockConfiguration = new(404, "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration");
    public static readonly S3Error NoSuchUpload = new(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.");
    public static readonly S3Error NoSuchVersion = new(404, "NoSuchVersion", "The specified version does not exist.");
    public static readonly S3Error NoSuchWebsiteConfiguration = new(404, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration");
    public static readonly S3Error NotImplemented = new(501, "NotImplemented", "A header you provided implies functionality that is not implemented");
    public static readonly S3Error NotModified = new(304, "NotModified", "Not Modified");
    public static readonly S3Error ObjectLockConfigurationNotFoundError = new(404, "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket");
    public static readonly S3Error OperationAborted = new(409, "OperationAborted", "A conflicting conditional operation is currently in progress against this resource. Please try again.");
    public static readonly S3Error OwnershipControlsNotFoundError = new(404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found");
    public static readonly S3Error PreconditionFailed = new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    public static readonly S3Error ReplicationConfigurationNotFoundError = new(404, "ReplicationConfigurationNotFoundError", "The replication configuration was not found");
    public static readonly S3Error RequestTimeout = new(400, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.");
    public static readonly S3Error RequestTimeTooSkewed = new(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.");
    public static readonly S3Error ServerSideEncryptionConfigurationNotFoundError = new(404, "ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found");
    public static readonly S3Error ServiceUnavailable = new(503, "ServiceUnavailable", "Service is unable to handle request.");
    public static readonly S3Error SignatureDoesNotMatch = new(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
    public static readonly S3Error SlowDown = new(503, "SlowDown", "Please reduce your request rate.");
    public static readonly S3Error UnresolvableGrantByEmailAddress = new(400, "UnresolvableGrantByEmailAddress", "The e-mail address you provided does not match any account on record.");
    public static readonly S3Error UnexpectedContent = new(400, "UnexpectedContent", "This request does not support content");
    public static readonly S3Error UserKeyMustBeSpecified = new(400, "UserKeyMustBeSpecified", "User key must be specified.");
    public static readonly S3Error XAmzContentSHA256Mismatch = new(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");

    /// <summary>The 400 that names the argument, as AWS words it.</summary>
    public static S3Error Argument(string name, string? value, string message)
        => InvalidArgument.Because(message).With("ArgumentName", name).With("ArgumentValue", value ?? "");
}
