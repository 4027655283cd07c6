# The benchmarks: this SDK and this module against the official JavaScript SDK, and against PowerShell itself,
# on one local server, in turn. Prints medians with minimum and maximum, and the ratios that matter.
param(
    [int] $Rounds = 5
)

$ErrorActionPreference = 'Stop'
$root = Resolve-Path "$PSScriptRoot/.."
$sdk = "$root/bench/Sdk/bin/Release/net10.0/Sdk.dll"
$module = "$root/out/E2B/E2B.psd1"
$data = Join-Path ([IO.Path]::GetTempPath()) "e2b-bench-$PID"
Import-Module $module

function Get-Median([double[]] $Values) {
    $sorted = @($Values | Sort-Object)
    $sorted[[math]::Floor(($sorted.Count - 1) / 2)]
}

function Format-Figure([double[]] $Values, [string] $Unit) {
    $sorted = @($Values | Sort-Object)
    '{0:0.000} {3} ({1:0.000} - {2:0.000})' -f (Get-Median $Values), $sorted[0], $sorted[-1], $Unit
}

# Runs each script block once a round, one after another, so that a slow moment of the machine hits all of them.
function Measure-InTurn([System.Collections.Specialized.OrderedDictionary] $Blocks) {
    $times = [ordered]@{}
    foreach ($round in 0..$Rounds) {
        foreach ($name in $Blocks.Keys) {
            $value = & $Blocks[$name]

            # The first round warms up and does not count.
            if ($round -gt 0) { $times[$name] = @($times[$name]) + , $value | Where-Object { $null -ne $_ } }
        }
    }
    $times
}

function Measure-Seconds([scriptblock] $Block) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $null = & $Block
    $watch.Elapsed.TotalSeconds
}

function Invoke-Sdk([string[]] $Arguments) {
    $output = dotnet $sdk @Arguments
    if ($LASTEXITCODE -ne 0) { throw "Sdk $Arguments failed" }
    $seconds, $memory = -split $output
    [pscustomobject]@{ Seconds = [double]$seconds; Memory = [double]$memory }
}

function Invoke-Peer([string[]] $Arguments) {
    $output = node "$root/bench/peer.mjs" @Arguments
    if ($LASTEXITCODE -ne 0) { throw "peer $Arguments failed" }
    $seconds, $memory = -split $output
    [pscustomobject]@{ Seconds = [double]$seconds; Memory = [double]$memory }
}

function Use-Server([string[]] $Options, [scriptblock] $Block) {
    $log = Join-Path $data 'serve.log'
    $server = Start-Process dotnet -PassThru -RedirectStandardOutput $log -ArgumentList (
        @("$root/out/local-server/E2B.LocalServer.dll", 'serve', '--port', '0', '--data', "$data/server") + $Options)
    try {
        while (-not (Select-String -LiteralPath $log -Pattern '^E2B_API_KEY=' -Quiet -ErrorAction Ignore)) {
            if ($server.HasExited) { throw 'the server did not start' }
            Start-Sleep -Milliseconds 50
        }
        Get-Content $log | ForEach-Object { $name, $value = $_ -split '=', 2; Set-Item "Env:$name" $value }
        & $Block
    }
    finally {
        /bin/kill -TERM $server.Id
        $server.WaitForExit()
    }
}

$null = New-Item -ItemType Directory -Path $data -Force
try {
    "Machine: $([Environment]::ProcessorCount) processors, $((Get-Content /proc/meminfo -TotalCount 1) -replace '\s+', ' '), PowerShell $($PSVersionTable.PSVersion), $(dotnet --version), node $(node --version)"
    "Medians of $Rounds rounds (minimum - maximum), each round every program in turn, after one that does not count.`n"

    Use-Server @() {
        $sandbox = New-E2BSandbox -TimeoutSec 3600
        $id = $sandbox.SandboxId

        '== 200 commands `true`, one after another'
        $times = Measure-InTurn ([ordered]@{
                raw    = { (Invoke-Sdk raw, 200, $id).Seconds }
                sdk    = { (Invoke-Sdk true, 200, $id).Seconds }
                cmdlet = { Measure-Seconds { foreach ($i in 1..200) { Invoke-E2BCommand $sandbox 'true' } } }
                peer   = { (Invoke-Peer true, 200, $id).Seconds }
            })
        foreach ($name in $times.Keys) { '{0,-8} {1}' -f $name, (Format-Figure $times[$name] 's') }
        $raw, $ours, $cmdlet, $theirs = 'raw', 'sdk', 'cmdlet', 'peer' | ForEach-Object { Get-Median $times[$_] }
        'overhead over raw, sdk/peer     {0:0.00}   (wanted: at most 0.50)' -f (($ours - $raw) / ($theirs - $raw))
        'overhead over raw, cmdlet/peer  {0:0.00}' -f (($cmdlet - $raw) / ($theirs - $raw))
        "wall, sdk/peer                  {0:0.00}   (wanted: at most 0.95)`n" -f ($ours / $theirs)

        '== One command in each of 64 sandboxes at once, 5 times'
        $many = 1..64 | ForEach-Object { New-E2BSandbox -TimeoutSec 3600 }
        $ids = $many.SandboxId -join ','

        # The first commands of a sandbox are slower than those after them, whoever sends them.
        foreach ($i in 1..10) { $many | Invoke-E2BCommand 'true' -ThrottleLimit 64 }
        $times = Measure-InTurn ([ordered]@{
                raw    = { (Invoke-Sdk fanraw, 5, $ids).Seconds }
                sdk    = { (Invoke-Sdk fan, 5, $ids).Seconds }
                cmdlet = { Measure-Seconds { foreach ($i in 1..5) { $many | Invoke-E2BCommand 'true' -ThrottleLimit 64 } } }
                peer   = { (Invoke-Peer fan, 5, $ids).Seconds }
            })
        $many | Remove-E2BSandbox
        foreach ($name in $times.Keys) { '{0,-8} {1}' -f $name, (Format-Figure $times[$name] 's') }
        $raw, $ours, $cmdlet, $theirs = 'raw', 'sdk', 'cmdlet', 'peer' | ForEach-Object { Get-Median $times[$_] }
        'overhead over raw, sdk/peer     {0:0.00}   (wanted: at most 0.50)' -f (($ours - $raw) / ($theirs - $raw))
        "overhead over raw, cmdlet/peer  {0:0.00}   (wanted: at most 0.50)`n" -f (($cmdlet - $raw) / ($theirs - $raw))

        '== 1,000,000 lines into the pipeline, to Out-Null'
        $times = Measure-InTurn ([ordered]@{
                cmdlet = { Measure-Seconds { Invoke-E2BCommand $sandbox 'seq 1000000' | Out-Null } }
                native = { Measure-Seconds { bash -c 'seq 1000000' | Out-Null } }
            })
        foreach ($name in $times.Keys) { '{0,-8} {1}' -f $name, (Format-Figure $times[$name] 's') }
        "cmdlet/native                   {0:0.00}   (wanted: at most 1.00)`n" -f ((Get-Median $times.cmdlet) / (Get-Median $times.native))

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

        '== A key from the keyboard to its echo, through Enter-E2BSandbox'
        foreach ($round in 1..$Rounds) {
            $median, $least, $late = -split (python3 "$root/bench/keypress.py" $module $id 200)
            "round $round         median $median ms, minimum $least ms, 95th percentile $late ms   (wanted: median under 10)"
        }
        ''

        '== Import-Module, whole processes'
        $times = Measure-InTurn ([ordered]@{
                bare   = { Measure-Seconds { pwsh -NoProfile -Command '1' } }
                import = { Measure-Seconds { pwsh -NoProfile -Command "Import-Module '$module'" } }
            })
        foreach ($name in $times.Keys) { '{0,-8} {1}' -f $name, (Format-Figure $times[$name] 's') }
        "import - bare                   {0:0} ms  (wanted: at most 150)`n" -f (1000 * ((Get-Median $times.import) - (Get-Median $times.bare)))
        Remove-E2BSandbox $sandbox

        '== Create, then the first command; from the pool, one after another'
        $pool = foreach ($round in 0..(4 * $Rounds)) {
            # Time for the pool to be full again; what is measured is a create that finds it so.
            Start-Sleep -Milliseconds 700
            , ([double[]] -split (dotnet $sdk first 1 -))
        }
        $first = $pool | Select-Object -Skip 1
        'create          {0}' -f (Format-Figure ($first | ForEach-Object { $_[0] }) 'ms')
        'first command   {0}   (wanted: at most 150)' -f (Format-Figure ($first | ForEach-Object { $_[1] }) 'ms')
        "both            {0}`n" -f (Format-Figure ($first | ForEach-Object { $_[2] }) 'ms')
    }

    Use-Server @('--pool', '0') {
        '== The same without a pool'
        $cold = foreach ($round in 0..(4 * $Rounds)) { , ([double[]] -split (dotnet $sdk first 1 -)) }
        $first = $cold | Select-Object -Skip 1
        'create          {0}' -f (Format-Figure ($first | ForEach-Object { $_[0] }) 'ms')
        'first command   {0}' -f (Format-Figure ($first | ForEach-Object { $_[1] }) 'ms')
        "both            {0}   (wanted: at most 400)`n" -f (Format-Figure ($first | ForEach-Object { $_[2] }) 'ms')
    }
}
finally {
    [IO.Directory]::Delete($data, $true)
}
