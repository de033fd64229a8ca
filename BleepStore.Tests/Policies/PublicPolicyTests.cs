using BleepStore.Api.Policies;

namespace BleepStore.Tests.Policies;

/// <summary>Which policies are open to the public, as AWS defines it.</summary>
public sealed class PublicPolicyTests
{
    [Theory]
    [InlineData("'Principal':'*'", true)]
    [InlineData("'Principal':{'AWS':'*'}", true)]
    [InlineData("'Principal':{'AWS':['111122223333','*']}", true)]
    [InlineData("'Principal':{'AWS':'111122223333'}", false)]
    [InlineData("'Principal':{'AWS':'arn:aws:iam::111122223333:root'}", false)]
    [InlineData("'Principal':{'Service':'logging.s3.amazonaws.com'}", false)]
    [InlineData("'Principal':'*','Condition':{'IpAddress':{'aws:SourceIp':'10.0.0.0/32'}}", false)]
    [InlineData("'Principal':'*','Condition':{'IpAddress':{'aws:SourceIp':['10.0.0.0/8','2001:db8::/32']}}", false)]
    [InlineData("'Principal':'*','Condition':{'IpAddress':{'aws:SourceIp':'0.0.0.0/0'}}", true)]
    [InlineData("'Principal':'*','Condition':{'IpAddress':{'aws:SourceIp':'0.0.0.0/7'}}", true)]
    [InlineData("'Principal':'*','Condition':{'IpAddress':{'aws:SourceIp':['10.0.0.0/32','::/0']}}", true)]
    [InlineData("'Principal':'*','Condition':{'IpAddressIfExists':{'aws:SourceIp':'10.0.0.0/32'}}", true)]
    [InlineData("'Principal':'*','Condition':{'NotIpAddress':{'aws:SourceIp':'10.0.0.0/32'}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringEquals':{'aws:SourceVpc':'vpc-1'}}", false)]
    [InlineData("'Principal':'*','Condition':{'StringLike':{'aws:SourceVpc':'vpc-*'}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringLike':{'aws:SourceVpc':['vpc-1','vpc-2']}}", false)]
    [InlineData("'Principal':'*','Condition':{'StringNotEquals':{'aws:SourceVpc':'vpc-1'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ForAllValues:StringEquals':{'aws:SourceVpc':'vpc-1'}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-1'}}", false)]
    [InlineData("'Principal':'*','Condition':{'StringEquals':{'aws:SourceAccount':'111122223333'}}", false)]
    [InlineData("'Principal':'*','Condition':{'StringEquals':{'aws:PrincipalAccount':'${aws:PrincipalAccount}'}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringLike':{'aws:userid':'AROAEXAMPLE:*'}}", false)]
    [InlineData("'Principal':'*','Condition':{'StringLike':{'aws:userid':'*'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ArnEquals':{'aws:SourceArn':'arn:aws:sns:us-east-1:111122223333:topic'}}", false)]
    [InlineData("'Principal':'*','Condition':{'ArnLike':{'aws:SourceArn':'arn:aws:s3:*:*:*'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ArnLike':{'s3:DataAccessPointArn':'arn:aws:s3:us-east-1:111122223333:accesspoint/*'}}", false)]
    [InlineData("'Principal':'*','Condition':{'StringLike':{'aws:Referer':'http://example.com/*'}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringEquals':{'s3:ExistingObjectTag/public':'yes'}}", true)]
    [InlineData("'Principal':'*','Condition':{'IpAddress':{'aws:SourceIp':'2001:db8::/31'}}", true)]
    [InlineData("'Principal':'*','Condition':{'IpAddress':{'aws:SourceIp':[]}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringEquals':{'aws:SourceIp':'10.0.0.0/32'}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringEquals':{'aws:SourceVpc':[]}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringEqualsIgnoreCase':{'aws:SourceVpc':'vpc-1'}}", false)]
    [InlineData("'Principal':'*','Condition':{'StringEqualsIfExists':{'aws:SourceVpc':'vpc-1'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ForAnyValue:StringEquals':{'aws:PrincipalOrgPaths':'o-1/r-1/'}}", false)]
    [InlineData("'Principal':'*','Condition':{'NumericEquals':{'aws:SourceAccount':'111122223333'}}", true)]
    [InlineData("'Principal':'*','Condition':{'Null':{'aws:SourceVpc':'false'}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringEquals':{'aws:userid':'AROAEXAMPLE'}}", false)]
    [InlineData("'Principal':'*','Condition':{'StringLike':{'aws:userid':'AROA?:*'}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringLike':{'aws:userid':'AROA${*}*:*'}}", true)]
    [InlineData("'Principal':'*','Condition':{'StringLike':{'aws:userid':'AROAEXAMPLE:a*'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ArnLike':{'aws:SourceArn':'arn:aws:sns:us-east-1:111122223333:*'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::111122223333:user/*'}}", false)]
    [InlineData("'Principal':'*','Condition':{'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::11112222333?:user/ann'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::${aws:PrincipalAccount}:user/ann'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ArnLike':{'aws:PrincipalArn':'arn:aws:iam:::user/ann'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ArnLike':{'aws:PrincipalArn':'*'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ArnLike':{'s3:DataAccessPointArn':'arn:aws:s3:us-east-1:*:accesspoint/*'}}", true)]
    [InlineData("'Principal':'*','Condition':{'IpAddress':{'aws:SourceIp':'${aws:SourceIp}'}}", true)]
    [InlineData("'Principal':'*','Condition':{'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::1:user/ann'}}", false)]
    [InlineData("'Principal':'*','Condition':{'StringLike':{'aws:userid':'*:*'}}", true)]
    public void A_statement_is_public_unless_it_is_bound(string statement, bool isExpected)
    {
        IsPublic($"{{{statement},'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}}").ShouldBe(isExpected);

        // What denies opens nothing, and one open door is enough.
        IsPublic($"{{{statement},'Effect':'Deny','Action':'s3:GetObject','Resource':'*'}}").ShouldBeFalse();
        IsPublic($"[{{'Principal':{{'AWS':'1'}},'Effect':'Allow','Action':'s3:*','Resource':'*'}},{{{statement},'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}}]").ShouldBe(isExpected);
    }

    private static bool IsPublic(string statements)
        => PublicPolicy.IsPublic(PolicyDocument.Parse($"{{'Version':'2012-10-17','Statement':{statements}}}".Replace('\'', '"'), PolicyKind.Bucket));
}
