using System.Diagnostics.CodeAnalysis;

[assembly: SuppressMessage(
    "Usage",
    "VSTHRD003:Avoid awaiting foreign Tasks",
    Justification = "No synchronisation context exists here, and a host is about completions that others set: exits, signals, requests to stop.")]
