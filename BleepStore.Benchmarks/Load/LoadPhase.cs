namespace BleepStore.Benchmarks.Load;

/// <summary>Tells all connections of a run whether they count already, and when to end.</summary>
internal sealed class LoadPhase
{
    private volatile bool _isRecording;
    private volatile bool _isOver;

    public bool IsRecording => _isRecording;

    public bool IsOver => _isOver;

    public void StartRecording() => _isRecording = true;

    public void End()
    {
        _isRecording = false;
        _isOver = true;
    }
}
