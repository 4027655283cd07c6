# What the benchmarks share: measuring in turn, the two programs to measure, a server of their own.
$root = Resolve-Path "$PSScriptRoot/.."
$sdk = "$root/bench/Sdk/bin/Release/net10.0/Sdk.dll"
$module = "$root/out/E2B/E2B.psd1"
$data = Join-Path ([IO.Path]::GetTempPath()) "e2b-bench-$PID"

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
    $seconds, $memory, $cpu = -split $output
    [pscustomobject]@{ Seconds = [double]$seconds; Memory = [double]$memory; Cpu = [double]$cpu }
}

function Invoke-Peer([string[]] $Arguments) {
    $output = node "$root/bench/peer.mjs" @Arguments
    if ($LASTEXITCODE -ne 0) { throw "peer $Arguments failed" }
    $seconds, $memory, $cpu = -split $output
    [pscustomobject]@{ Seconds = [double]$seconds; Memory = [double]$memory; Cpu = [double]$cpu }
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
