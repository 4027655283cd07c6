# Files. Run by run.ps1 in a server of its own, with $sandbox and $id.
foreach ($direction in 'up', 'down') {
    "== 256 MiB $direction, from and to a stream (memory: the peer's usual way, all in memory, beside it)"
    $memory = @{}
    $times = Measure-InTurn ([ordered]@{
            sdk          = { $run = Invoke-Sdk $direction, 256, $id; $memory.sdk += , $run.Memory; $run.Seconds }
            peer         = { $run = Invoke-Peer $direction, 256, $id; $memory.peer += , $run.Memory; $run.Seconds }
            'peer, held' = { $run = Invoke-Peer "${direction}memory", 256, $id; $memory.'peer, held' += , $run.Memory; $run.Seconds }
        })
    foreach ($name in $times.Keys) { '{0,-11} {1}; memory {2}' -f $name, (Format-Figure $times[$name] 's'), (Format-Figure $memory[$name] 'MiB') }
    'sdk/peer                        {0:0.00}' -f ((Get-Median $times.sdk) / (Get-Median $times.peer))
    "sdk/peer, held                  {0:0.00}   (wanted: at most 0.60)`n" -f ((Get-Median $times.sdk) / (Get-Median $times.'peer, held'))
}
