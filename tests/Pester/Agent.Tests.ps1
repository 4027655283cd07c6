BeforeDiscovery {
    $cmdlets = (Get-Module E2B).ExportedCmdlets.Keys | Sort-Object
    $names = (Get-E2BToolDefinition *).Name
    $tools = $names | ForEach-Object { @{ Name = $_ } }
    $others = $cmdlets | Where-Object { $_ -notin $names } | ForEach-Object { @{ Name = $_ } }
    $formats = 'OpenAI', 'OpenAIResponses', 'Anthropic', 'Mcp', 'JsonSchema'
    $document = [IO.File]::ReadAllText("$PSScriptRoot/../../docs/agents.md")
    $blocks = [regex]::Matches($document, '(?ms)^```powershell\n(.*?)\n```$').ForEach{ $_.Groups[1].Value }
}

BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $sandbox = New-E2BSandbox
    $usual = 'Invoke-E2BCommand', 'Invoke-E2BCode', 'Get-E2BFile', 'Set-E2BFile', 'Get-E2BChildItem', 'Start-E2BWebServer', 'Get-E2BSandboxUrl',
    'Get-E2BProcess', 'Stop-E2BProcess'

    # A validator for the schemas themselves: PowerShell's own, where it is built with one, or Python's.
    $metaschema = '{ "$ref": "https://json-schema.org/draft/2020-12/schema" }'
    $own = try { Test-Json -Json 'true' -Schema 'true' -ErrorAction Ignore } catch { $false }
    $python = (Get-Command python3 -ErrorAction Ignore) -and (python3 -c 'import importlib.util as u; print(u.find_spec("jsonschema") is not None)') -eq 'True'
    $validator = if ($own) { 'powershell' } elseif ($python) { 'python' }

    # Whether a value is what a schema allows, by somebody else's opinion.
    function Test-Schema([string] $Schema, [string] $Value) {
        if ($validator -eq 'powershell') { return [bool] (Test-Json -Json $Value -Schema $Schema -ErrorAction Ignore) }
        $program = 'import json,sys,jsonschema; s=json.loads(sys.argv[1]); jsonschema.Draft202012Validator.check_schema(s); print(jsonschema.Draft202012Validator(s).is_valid(json.loads(sys.argv[2])))'
        (python3 -c $program $Schema $Value 2>$null) -eq 'True'
    }

    function Invoke-Run([string] $Command, [hashtable] $Other = @{}) {
        Invoke-E2BTool $sandbox -Name Invoke-E2BCommand -Argument @{ Command = $Command } @Other
    }
}

AfterAll { Remove-E2BSandbox $sandbox }

Describe 'Get-E2BToolDefinition' {
    It 'gives the usual set without a name' {
        (Get-E2BToolDefinition).Name | Should -Be $usual
    }

    It 'gives tools by name, whatever the capitals, and by wildcards' {
        (Get-E2BToolDefinition invoke-e2bcommand, Get-E2BF*).Name | Should -Be 'Invoke-E2BCommand', 'Get-E2BFile', 'Get-E2BFileUrl'
        Get-E2BToolDefinition Connect-* | ForEach-Object Name | Should -Be 'Connect-E2BProcess'
    }

    It 'defines <Name>: a valid schema with the cmdlet''s parameters and its help' -ForEach $tools {
        $tool = Get-E2BToolDefinition $Name
        $tool.Name | Should -BeExactly $Name
        $tool.Description | Should -BeLike "$((Get-Help $Name).Synopsis.Trim())*"
        $tool.Description.Length | Should -BeLessOrEqual 1024
        $schema = $tool.InputSchema
        $schema.type | Should -Be 'object'
        $schema.additionalProperties | Should -BeFalse
        $schema.required | Where-Object { $_ -notin $schema.properties.Keys } | Should -BeNullOrEmpty
        $command = Get-Command $Name
        foreach ($property in $schema.properties.GetEnumerator()) {
            $command.Parameters.Keys | Should -Contain $property.Key
            $property.Value.type | Should -BeIn 'string', 'integer', 'number', 'boolean', 'array', 'object'
            $property.Value.description | Should -Match '^[A-Z].*\.$' -Because "$Name -$($property.Key)"
            if ($property.Value.type -eq 'array') { $property.Value.items.type | Should -Not -BeNullOrEmpty }
            if ($property.Value.type -eq 'object') { $property.Value.additionalProperties.type | Should -Be 'string' }
        }
        $json = $tool.To('JsonSchema') | ConvertTo-Json -Depth 20
        Test-Json $json | Should -BeTrue
        if ($validator) { Test-Schema $metaschema $json | Should -BeTrue }
        else { Set-ItResult -Skipped -Because 'there is no validator of JSON Schema: neither Test-Json -Schema nor the Python package jsonschema' }
    }

    It 'leaves <Name> nothing that a call would lack' -ForEach $tools {
        $command = Get-Command $Name
        $tool = Get-E2BToolDefinition $Name
        $set = $command.ParameterSets | Where-Object { $_.IsDefault -or $command.ParameterSets.Count -eq 1 }
        $set.Parameters | Where-Object { $_.IsMandatory -and $_.Name -ne 'Sandbox' -and $_.Name -notin $tool.InputSchema.required } | Should -BeNullOrEmpty
        $command.Parameters.Keys | Should -Contain 'Sandbox' -Because 'that is how the host says where'
    }

    It 'lets no tool have what is the host''s: <Name>' -ForEach $tools {
        $given = (Get-E2BToolDefinition $Name).InputSchema.properties.Keys
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
        $given | Where-Object { $_ -in $common } | Should -BeNullOrEmpty
        $given | Where-Object { $_ -in 'Sandbox', 'InputObject', 'Connection', 'RequestTimeoutSec', 'ThrottleLimit', 'AsJob', 'JobName', 'PassThru', 'IncludeToken' } | Should -BeNullOrEmpty
        foreach ($parameter in (Get-Command $Name).Parameters[[string[]] @($given)]) {
            $parameter.ParameterType | Should -Not -BeIn ([scriptblock], [securestring], [pscredential], [E2B.E2BConnection])
        }
    }

    It 'says of paths only where those of the sandbox are meant: <Name>' -ForEach $tools {
        foreach ($property in (Get-E2BToolDefinition $Name).InputSchema.properties.Keys | Where-Object { $_ -match 'Path$|^Destination$|Directory$' }) {
            $parameter = (Get-Command $Name).Parameters[$property]
            if ($parameter.SwitchParameter -or "$Name -$property" -eq 'Get-E2BSandboxUrl -Path') { continue }
            # Parameters for paths of this machine have PowerShell's own completion.
            $completer = @($parameter.Attributes | Where-Object { $_ -is [ArgumentCompleter] }).Type.Name
            $completer | Should -BeIn 'SandboxPathCompleter', 'SandboxLiteralPathCompleter' -Because "$Name -$property"
        }
    }

    It 'refuses <Name>: it is no tool' -ForEach $others {
        $problem = $null
        Get-E2BToolDefinition $Name -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BNotATool,*'
    }

    It 'keeps what reaches further out of the tools' {
        $names = (Get-E2BToolDefinition *).Name
        'Connect-E2B', 'New-E2BSandbox', 'Get-E2BSandbox', 'Remove-E2BSandbox', 'Copy-E2BItem', 'Sync-E2BDirectory', 'Save-E2BCodeResult', 'Set-E2BDefault', 'Use-E2BSandbox',
        'Remove-E2BTemplate', 'Start-E2BLocalServer', 'Connect-E2BPort', 'Invoke-E2BTool' | Where-Object { $_ -in $names } | Should -BeNullOrEmpty
    }

    It 'maps types: text, numbers with their range, switches, lists, tables, names, moments and durations' {
        $of = { param($name, $argument) (Get-E2BToolDefinition $name).InputSchema.properties.$argument }
        (& $of Invoke-E2BCommand Command).type | Should -Be 'string'
        (& $of Invoke-E2BCommand TimeoutSec).type | Should -Be 'integer'
        (& $of Invoke-E2BCommand TimeoutSec).minimum | Should -Be 0
        (& $of Get-E2BSandboxUrl Port).maximum | Should -Be 65535
        (& $of Set-E2BFile Append).type | Should -Be 'boolean'
        (& $of Get-E2BChildItem Include).items.type | Should -Be 'string'
        (& $of Invoke-E2BCommand Environment).additionalProperties.type | Should -Be 'string'
        (& $of Test-E2BPath PathType).enum | Should -Be 'Any', 'Container', 'Leaf'
        (& $of Watch-E2BDirectory EventType).items.enum | Should -Contain 'Write'
        (& $of Get-E2BSandboxLog Since).format | Should -Be 'date-time'
        (& $of Get-E2BFileUrl Expires).format | Should -Be 'duration'
        (& $of Invoke-E2BGit ArgumentList).minItems | Should -Be 1
        (& $of Invoke-E2BCode Language).minLength | Should -Be 1
    }

    It 'agrees with another validator about what may be given' {
        if (-not $validator) { Set-ItResult -Skipped -Because 'there is no validator of JSON Schema'; return }
        $schema = (Get-E2BToolDefinition Invoke-E2BCommand).To('JsonSchema') | ConvertTo-Json -Depth 20
        Test-Schema $schema '{"Command":"ls","TimeoutSec":5,"Environment":{"A":"b"}}' | Should -BeTrue
        foreach ($wrong in '{}', '{"Command":5}', '{"Command":"ls","TimeoutSec":-1}', '{"Command":"ls","Sandbox":"x"}', '{"Command":"ls","Environment":{"A":1}}') {
            Test-Schema $schema $wrong | Should -BeFalse -Because $wrong
            (Invoke-E2BTool $sandbox -Name Invoke-E2BCommand -Argument $wrong).ErrorId | Should -Be 'E2BInvalidToolArgument' -Because $wrong
        }
    }

    It 'has the form of <_>' -ForEach $formats {
        $one = Get-E2BToolDefinition Invoke-E2BCommand -Format $_ | ConvertTo-Json -Depth 20 | ConvertFrom-Json
        switch ($_) {
            'OpenAI' { $one.type | Should -Be 'function'; $one.function.name | Should -Be 'Invoke-E2BCommand'; $schema = $one.function.parameters; $one.function.strict | Should -BeFalse }
            'OpenAIResponses' { $one.type | Should -Be 'function'; $one.name | Should -Be 'Invoke-E2BCommand'; $schema = $one.parameters }
            'Anthropic' { $one.name | Should -Be 'Invoke-E2BCommand'; $schema = $one.input_schema; $one.psobject.Properties.Name | Should -Be 'name', 'description', 'input_schema' }
            'Mcp' { $one.name | Should -Be 'Invoke-E2BCommand'; $schema = $one.inputSchema; $one.annotations.readOnlyHint | Should -BeFalse }
            'JsonSchema' { $one.title | Should -Be 'Invoke-E2BCommand'; $schema = $one; $one.'$schema' | Should -Be 'https://json-schema.org/draft/2020-12/schema' }
        }
        $schema.properties.Command.type | Should -Be 'string'
        $schema.required | Should -Contain 'Command'
    }

    It 'has names that every service takes' {
        (Get-E2BToolDefinition *).Name | Where-Object { $_ -cnotmatch '^[a-zA-Z0-9_-]{1,64}$' } | Should -BeNullOrEmpty
    }

    It 'gives JSON text with -AsJson, always a list' {
        $json = Get-E2BToolDefinition Invoke-E2BCommand -Format Anthropic -AsJson
        $json | Should -BeOfType [string]
        $json | Should -Match '^\['
        ($json | ConvertFrom-Json).name | Should -Be 'Invoke-E2BCommand'
    }

    It 'lets the model choose among several sandboxes, and asks about one not at all' {
        (Get-E2BToolDefinition Get-E2BFile -Sandbox $sandbox).InputSchema.properties.Keys | Should -Not -Contain 'Sandbox'
        $other = New-E2BSandbox
        try {
            $tool = $sandbox, $other | Get-E2BToolDefinition Get-E2BFile
            $tool.InputSchema.properties.Sandbox.enum | Should -Be $sandbox.SandboxId, $other.SandboxId
            $tool.InputSchema.required | Should -Contain 'Sandbox'
        }
        finally { Remove-E2BSandbox $other }
    }

    It 'makes nothing for a sandbox that is not there' {
        { Get-E2BToolDefinition -Sandbox i0000000000000000000 -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { Get-E2BToolDefinition -Sandbox $null } | Should -Throw -ErrorId 'E2BNoSandbox,*'
    }

    It 'completes names' {
        $line = 'Get-E2BToolDefinition Get-E2BFi'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'Get-E2BFile', 'Get-E2BFileUrl'
    }
}

Describe 'Invoke-E2BTool' {
    It 'runs a command: output, stderr and exit code' {
        $result = Invoke-Run 'echo out; echo err >&2'
        $result | Should -BeOfType [E2B.PowerShell.E2BToolResult]
        $result.IsError | Should -BeFalse
        $content = $result.Content | ConvertFrom-Json
        $content.output, $content.stderr, $content.exitCode | Should -Be 'out', 'err', 0
    }

    It 'tells an exit code as an error that does not end the loop' {
        $before = $ErrorActionPreference
        try {
            $ErrorActionPreference = 'Stop'
            $result = Invoke-Run 'echo before; echo why >&2; exit 7'
        }
        finally { $ErrorActionPreference = $before }
        $result.IsError, $result.ErrorId | Should -Be $true, 'E2BCommandFailed'
        $content = $result.Content | ConvertFrom-Json
        $content.exitCode, $content.output, $content.errors[0].id | Should -Be 7, 'before', 'E2BCommandFailed'
        $content.errors[0].message | Should -BeLike '*why*'
    }

    It 'writes nothing to the screen and nothing to other streams' {
        $all = Invoke-E2BTool $sandbox -Name Invoke-E2BCommand -Argument @{ Command = 'echo err >&2; exit 1' } *>&1
        @($all).Count | Should -Be 1
        $all | Should -BeOfType [E2B.PowerShell.E2BToolResult]
    }

    It 'writes a file as it is given and reads it again' {
        $text = "one`r`n  `"two`" `$(three) ä 😀`n"
        (Invoke-E2BTool $sandbox -Name Set-E2BFile -Argument @{ Path = 'a b[1].txt'; Value = $text }).IsError | Should -BeFalse
        Get-E2BFile $sandbox -LiteralPath 'a b[1].txt' -Raw | Should -BeExactly $text
        $read = Invoke-E2BTool $sandbox -Name Get-E2BFile -Argument '{ "LiteralPath": "a b[1].txt" }'
        ($read.Content | ConvertFrom-Json).output | Should -BeExactly "one`n  `"two`" `$(three) ä 😀"
    }

    It 'gives bytes as base64 where they are few, and their number where they are many' {
        $null = Invoke-Run 'printf "\\000\\377\\001" > few.bin; head -c 20000 /dev/zero > many.bin'
        $few = (Invoke-E2BTool $sandbox -Name Get-E2BFile -Argument @{ LiteralPath = 'few.bin'; AsByteStream = $true }).Content | ConvertFrom-Json
        [Convert]::FromBase64String($few.binary.base64) | Should -Be 0, 255, 1
        $many = Invoke-E2BTool $sandbox -Name Get-E2BFile -Argument @{ LiteralPath = 'many.bin'; AsByteStream = $true }
        $many.IsTruncated | Should -BeTrue
        $binary = ($many.Content | ConvertFrom-Json).binary
        $binary.bytes, $binary.leftOut | Should -Be 20000, $true
    }

    It 'gives objects as data, and the objects themselves to the host' {
        $null = Invoke-Run 'mkdir -p listed; echo 12345 > listed/five.txt'
        $result = Invoke-E2BTool $sandbox -Name Get-E2BChildItem -Argument @{ Path = 'listed' }
        $entry = ($result.Content | ConvertFrom-Json).results
        $entry.Name, $entry.Size, $entry.Type | Should -Be 'five.txt', 6, 'File'
        $result.Output[0] | Should -BeOfType [E2B.SandboxEntry]
    }

    It 'starts a server, waits for it, and stops it' {
        $server = (Invoke-E2BTool $sandbox -Name Start-E2BWebServer -Argument '{"Command":"python3 -m http.server 8731","Port":8731,"TimeoutSec":60}').Content | ConvertFrom-Json
        (Invoke-WebRequest $server.results[0].Url).StatusCode | Should -Be 200
        $url = (Invoke-E2BTool $sandbox -Name Get-E2BSandboxUrl -Argument '{"Port":8731}').Content | ConvertFrom-Json
        $url.results[0].Uri | Should -Be $server.results[0].Url
        (Invoke-E2BTool $sandbox -Name Stop-E2BProcess -Argument @{ ProcessId = $server.results[0].Pid }).IsError | Should -BeFalse
        Wait-Until { -not (Test-Running $sandbox 'http.server 87[3]1') }
    }

    It 'runs code and gives results, and a traceback where it fails' {
        $interpreter = New-E2BSandbox code-interpreter-v1
        try {
            $result = Invoke-E2BTool $interpreter -Name Invoke-E2BCode -Argument @{ Code = "print('said')`n6 * 7" }
            $content = $result.Content | ConvertFrom-Json
            $content.output, $content.results[0].Text | Should -Be 'said', '42'
            $result.Output[0] | Should -BeOfType [E2B.CodeResult]
            $failed = Invoke-E2BTool $interpreter -Name Invoke-E2BCode -Argument @{ Code = '1 / 0' }
            $failed.ErrorId | Should -Be 'E2BCodeFailed'
            ($failed.Content | ConvertFrom-Json).errors[0].message | Should -BeLike '*ZeroDivisionError*'
        }
        finally { Remove-E2BSandbox $interpreter }
    }

    It 'takes durations and moments of JSON Schema' {
        $url = Invoke-E2BTool $sandbox -Tool Get-E2BFileUrl -Name Get-E2BFileUrl -Argument '{"LiteralPath":"x","Expires":"PT10M"}'
        $url.IsError | Should -BeFalse
        $log = Invoke-E2BTool $sandbox -Tool Get-E2BSandboxLog -Name Get-E2BSandboxLog -Argument @{ Since = [DateTimeOffset]::Now.AddHours(-1) }
        $log.IsError | Should -BeFalse -Because $log.Content
        (Invoke-E2BTool $sandbox -Tool Get-E2BFileUrl -Name Get-E2BFileUrl -Argument '{"LiteralPath":"x","Expires":"soon"}').Content | Should -BeLike '*PT10M*'
    }

    It 'takes null for an argument that is left out, and a whole number however it is written' {
        (Invoke-E2BTool $sandbox -Name Invoke-E2BCommand -Argument '{"Command":"echo x","User":null,"TimeoutSec":30.0}').IsError | Should -BeFalse
    }

    It 'keeps what looks like a time as it was written' {
        $call = '{"name":"Set-E2BFile","arguments":{"Path":"when.txt","Value":"2026-01-31T12:00:00Z"}}' | ConvertFrom-Json
        (Invoke-E2BTool $sandbox $call).IsError | Should -BeFalse
        Get-E2BFile $sandbox when.txt -Raw | Should -BeExactly '2026-01-31T12:00:00Z'
    }

    It 'uses the default sandbox where none is named' {
        Set-E2BDefault -Sandbox $sandbox
        try { (Invoke-E2BTool -Name Invoke-E2BCommand -Argument @{ Command = 'echo default' }).Content | Should -BeLike '*default*' }
        finally { Set-E2BDefault -Sandbox $null }
    }

    It 'uses the sandbox of the definitions' {
        $tools = Get-E2BToolDefinition -Sandbox $sandbox
        (Invoke-E2BTool -Tool $tools -Name Invoke-E2BCommand -Argument @{ Command = 'echo there' }).IsError | Should -BeFalse
        $result = $tools | Invoke-E2BTool -Name Invoke-E2BCommand -Argument @{ Command = 'echo there' }
        $result.IsError | Should -BeFalse
    }

    It 'needs a call, and one way to give it' {
        { Invoke-E2BTool } | Should -Throw -ErrorId 'E2BNoToolCall,*'
        { Invoke-E2BTool $sandbox -Argument @{} } | Should -Throw -ErrorId 'E2BNoName,*'
        { Invoke-E2BTool $sandbox @{ name = 'x' } -Name x } | Should -Throw -ErrorId 'E2BAmbiguousValue,*'
        { Invoke-E2BTool $sandbox -Name x -Tool Get-Item } | Should -Throw -ErrorId 'E2BNotATool,*'
        Invoke-E2BTool $sandbox '{ not json' -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BInvalidToolCall,*'
    }
}

Describe 'Calls in the forms of services' {
    It 'OpenAI, chat completions: <Title>' -ForEach @(
        @{ Title = 'text'; Of = { $json } }, @{ Title = 'an object'; Of = { $json | ConvertFrom-Json } }, @{ Title = 'a hashtable'; Of = { $json | ConvertFrom-Json -AsHashtable } }
        @{ Title = 'a message'; Of = { @{ role = 'assistant'; content = $null; tool_calls = @($json | ConvertFrom-Json) } } }
        @{ Title = 'a whole answer'; Of = { "{`"choices`":[{`"message`":{`"role`":`"assistant`",`"tool_calls`":[$json]}}]}" | ConvertFrom-Json } }
    ) {
        $json = '{"id":"call_1","type":"function","function":{"name":"Invoke-E2BCommand","arguments":"{\"Command\":\"echo hello\"}"}}'
        $result = Invoke-E2BTool $sandbox -ToolCall (& $Of)
        $result.CallId | Should -Be 'call_1'
        $result.Message.Keys | Should -Be 'role', 'tool_call_id', 'content'
        $result.Message.role, $result.Message.tool_call_id | Should -Be 'tool', 'call_1'
        ($result.Message.content | ConvertFrom-Json).output | Should -Be 'hello'
    }

    It 'OpenAI, responses, with what is no call among it' {
        $output = '[{"type":"reasoning","id":"rs_1","summary":[]},{"type":"function_call","id":"fc_1","call_id":"call_2","name":"Invoke-E2BCommand","arguments":"{\"Command\":\"echo hello\"}"},
            {"type":"message","role":"assistant","content":[{"type":"output_text","text":"done"}]}]'
        $result = @("{`"output`":$output}" | ConvertFrom-Json | Invoke-E2BTool $sandbox)
        $result.Count | Should -Be 1
        $result.Message.type, $result.Message.call_id | Should -Be 'function_call_output', 'call_2'
        ($result.Message.output | ConvertFrom-Json).output | Should -Be 'hello'
    }

    It 'Anthropic, several calls with text between, results in their order' {
        $answer = '{"role":"assistant","stop_reason":"tool_use","content":[{"type":"text","text":"first"},
            {"type":"tool_use","id":"toolu_1","name":"Invoke-E2BCommand","input":{"Command":"echo one > order.txt"}},
            {"type":"tool_use","id":"toolu_2","name":"Get-E2BFile","input":{"LiteralPath":"order.txt"}},
            {"type":"tool_use","id":"toolu_3","name":"Get-E2BFile","input":{"LiteralPath":"none.txt"}}]}' | ConvertFrom-Json
        $results = $answer | Invoke-E2BTool $sandbox
        $results.CallId | Should -Be 'toolu_1', 'toolu_2', 'toolu_3'
        $results.Message | ForEach-Object { $_.type } | Should -Be 'tool_result', 'tool_result', 'tool_result'
        $results.Message | ForEach-Object { $_.is_error } | Should -Be $false, $false, $true
        ($results[1].Message.content | ConvertFrom-Json).output | Should -Be 'one'
        ($answer.content | Invoke-E2BTool $sandbox).CallId | Should -Be 'toolu_1', 'toolu_2', 'toolu_3'
    }

    It 'the Model Context Protocol' {
        $result = Invoke-E2BTool $sandbox '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"Invoke-E2BCommand","arguments":{"Command":"echo hello"}}}'
        $response = $result.Message | ConvertTo-Json -Depth 20 | ConvertFrom-Json
        $response.jsonrpc, $response.id, $response.result.isError | Should -Be '2.0', 7, $false
        ($response.result.content[0].text | ConvertFrom-Json).output | Should -Be 'hello'
    }

    It 'an answer without calls gives no results' {
        '{"role":"assistant","content":"That was it."}', '{"role":"assistant","content":[{"type":"text","text":"That was it."}]}' |
            ConvertFrom-Json | Invoke-E2BTool $sandbox | Should -BeNullOrEmpty
    }

    It 'a name and arguments' {
        $result = Invoke-E2BTool $sandbox @{ name = 'Invoke-E2BCommand'; arguments = @{ Command = 'echo hello' } }
        $result.IsError | Should -BeFalse
        $result.Message.name | Should -Be 'Invoke-E2BCommand'
        (Invoke-E2BTool $sandbox -Name Invoke-E2BCommand -CallId 'c 1' -Argument @{ Command = 'true' }).CallId | Should -Be 'c 1'
    }
}

Describe 'What a model must not do' {
    BeforeAll {
        $other = New-E2BSandbox
        Set-E2BFile $other secret.txt 'of the other'
    }

    AfterAll { Remove-E2BSandbox $other }

    It 'call what is not in the set: <_>' -ForEach 'Remove-E2BSandbox', 'Get-Content', 'Invoke-Expression', 'invoke-e2bcommand', 'E2B\Invoke-E2BCommand', 'Invoke-E2BGit', '', '*', 'Invoke-E2BCommand; Get-Date' {
        $result = Invoke-E2BTool $sandbox @{ name = $_; arguments = @{ Sandbox = $sandbox.SandboxId; Path = '/etc/passwd' } }
        $result.IsError, $result.ErrorId | Should -Be $true, 'E2BUnknownTool'
        $result.Content | Should -BeLike '*Invoke-E2BCommand*' -Because 'the result says which there are'
        (Test-E2BSandbox $sandbox) | Should -BeTrue
    }

    It 'call what the host has taken out' {
        $result = Invoke-E2BTool $sandbox -Tool Get-E2BFile -Name Invoke-E2BCommand -Argument @{ Command = 'touch ran' }
        $result.ErrorId | Should -Be 'E2BUnknownTool'
        Test-E2BPath $sandbox ran | Should -BeFalse
    }

    It 'be read as PowerShell: <_>' -ForEach '$(New-Item $env:E2B_TEST_MARK)', '; New-Item $env:E2B_TEST_MARK #', '`$(New-Item $env:E2B_TEST_MARK)', '{ New-Item $env:E2B_TEST_MARK }', "'; New-Item `$env:E2B_TEST_MARK; '", '@(New-Item $env:E2B_TEST_MARK)', '-Verbose', '$true' {
        $env:E2B_TEST_MARK = Join-Path $TestDrive 'mark'
        try {
            $null = Invoke-E2BTool $sandbox -Name Set-E2BFile -Argument @{ Path = 'text.txt'; Value = $_ }
            Get-E2BFile $sandbox text.txt -Raw | Should -BeExactly $_
            $null = Invoke-E2BTool $sandbox -Name Get-E2BChildItem -Argument @{ Path = $_; Filter = $_; Include = @($_) }
            $null = Invoke-E2BTool $sandbox -Name Invoke-E2BCommand -Argument @{ Command = 'true'; Environment = @{ A = $_ }; User = $_; WorkingDirectory = $_ }
            $null = Invoke-E2BTool $sandbox @{ name = $_; arguments = $_ }
            $env:E2B_TEST_MARK | Should -Not -Exist
        }
        finally { Remove-Item Env:E2B_TEST_MARK }
    }

    It 'be helped by an alias or a function of the session' {
        function global:Invoke-E2BCommand { 'not the cmdlet' }
        Set-Alias Get-E2BFile Get-Date -Scope Global
        try {
            (Invoke-Run 'echo real').Content | Should -BeLike '*real*'
            (Invoke-E2BTool $sandbox -Name Get-E2BFile -Argument @{ LiteralPath = '/etc/hostname' }).IsError | Should -BeFalse
        }
        finally {
            Remove-Item Function:\Invoke-E2BCommand
            Remove-Item Alias:\Get-E2BFile
        }
    }

    It 'give arguments that are not in the schema: <Name>' -ForEach @(
        @{ Name = 'another sandbox'; Extra = { @{ Sandbox = $other.SandboxId } } }, @{ Name = 'an input object'; Extra = { @{ InputObject = $other.SandboxId } } }
        @{ Name = 'a connection'; Extra = { @{ Connection = 'x' } } }, @{ Name = 'a job'; Extra = { @{ AsJob = $true } } }
        @{ Name = 'a common parameter'; Extra = { @{ OutVariable = 'x' } } }, @{ Name = 'an action'; Extra = { @{ ErrorAction = 'Break' } } }
        @{ Name = 'a program'; Extra = { @{ FilePath = '/bin/ls' } } }, @{ Name = 'other capitals'; Extra = { @{ user = 'root' } } }
        @{ Name = 'a shortened name'; Extra = { @{ Work = '/' } } }
    ) {
        $result = Invoke-E2BTool $sandbox -Name Invoke-E2BCommand -Argument (@{ Command = 'touch ran' } + (& $Extra))
        $result.ErrorId | Should -Be 'E2BInvalidToolArgument'
        $result.Content | Should -BeLike "*$((& $Extra).Keys)*"
        Test-E2BPath $sandbox ran | Should -BeFalse
        Test-E2BPath $other ran | Should -BeFalse
    }

    It 'give values of another kind: <_>' -ForEach '{"Command":["a"]}', '{"Command":{"a":1}}', '{"Command":true}', '{"Command":"true","TimeoutSec":"5"}', '{"Command":"true","TimeoutSec":1.5}',
    '{"Command":"true","TimeoutSec":99999999999999999999}', '{"Command":"true","TimeoutSec":1e400}', '{"Command":"true","Environment":["a"]}', '{"Command":"true","Environment":{"a":{"b":1}}}', '[]', '"ls"', '5', '{"Command":', '{"Command":"a","Command":"b"}', '{"Command":null}' {
        $result = Invoke-E2BTool $sandbox -Name Invoke-E2BCommand -Argument $_
        $result.ErrorId | Should -Be 'E2BInvalidToolArgument' -Because $result.Content
        Test-Json $result.Content | Should -BeTrue
    }

    It 'give half a character: <_>' -ForEach '{"Command":"\ud83d"}', '{"\udc00":1}', '{"Command":"true","Environment":{"A":"\ud800x"}}' {
        $result = Invoke-E2BTool $sandbox -Name Invoke-E2BCommand -Argument $_
        $result.ErrorId | Should -Be 'E2BInvalidToolArgument' -Because $result.Content
        Invoke-E2BTool $sandbox "{""name"":""Invoke-E2BCommand"",""arguments"":$_}" -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BInvalidToolCall,*'
    }

    It 'reach a sandbox that it was not given, where it may choose' {
        $third = New-E2BSandbox
        try {
            $tools = Get-E2BToolDefinition Get-E2BFile, Invoke-E2BCommand -Sandbox $sandbox, $third
            $call = { param($id) Invoke-E2BTool -Tool $tools -Name Invoke-E2BCommand -Argument @{ Command = 'echo hello'; Sandbox = $id } }
            (& $call $third.SandboxId).IsError | Should -BeFalse
            (& $call $other.SandboxId).ErrorId | Should -Be 'E2BInvalidToolArgument'
            (Invoke-E2BTool -Tool $tools -Name Invoke-E2BCommand -Argument @{ Command = 'true' }).Content | Should -BeLike "*Sandbox*missing*"
            # What the cmdlet is given counts more than what the definitions were.
            (Invoke-E2BTool $sandbox -Tool $tools -Name Invoke-E2BCommand -Argument @{ Command = 'true'; Sandbox = $third.SandboxId }).ErrorId | Should -Be 'E2BInvalidToolArgument'
        }
        finally { Remove-E2BSandbox $third }
        { Invoke-E2BTool ($sandbox, $other) -Name Invoke-E2BCommand -Argument @{ Command = 'true' } } | Should -Throw -ErrorId 'E2BSeveralSandboxes,*'
    }

    It 'choose a sandbox by what its call is made of' {
        $call = "{`"SandboxId`":`"$($other.SandboxId)`",`"name`":`"Get-E2BFile`",`"arguments`":{`"LiteralPath`":`"secret.txt`"}}"
        foreach ($given in ($call | ConvertFrom-Json), ($call | ConvertFrom-Json -AsHashtable)) {
            $result = $given | Invoke-E2BTool $sandbox
            $result.ErrorId | Should -Be 'E2BFileNotFound'
            (Invoke-E2BTool $sandbox $given).ErrorId | Should -Be 'E2BFileNotFound'
        }
    }

    It 'read or write files of this machine' {
        $local = Join-Path $TestDrive 'local.txt'
        Set-Content $local 'of this machine'
        foreach ($path in $local, "file://$local", 'Microsoft.PowerShell.Core\FileSystem::/etc/passwd', "../../../../../../$local", 'C:\x') {
            (Invoke-E2BTool $sandbox -Name Get-E2BFile -Argument @{ LiteralPath = $path }).Content | Should -Not -BeLike '*of this machine*'
        }
        $null = Invoke-E2BTool $sandbox -Name Set-E2BFile -Argument @{ Path = $local; Value = 'overwritten' }
        Get-Content $local | Should -Be 'of this machine'
        foreach ($extra in 'Path', 'LiteralPath') {
            (Invoke-E2BTool $sandbox -Name Invoke-E2BCode -Argument @{ Code = '1'; $extra = $local }).ErrorId | Should -Be 'E2BInvalidToolArgument'
        }
    }

    It 'fill the host with a huge result' {
        $result = Invoke-Run 'echo first; seq 1 2000000; echo last' @{ MaxLength = 5000 }
        $result.Content.Length | Should -BeLessOrEqual 5000
        $result.IsTruncated | Should -BeTrue
        $content = $result.Content | ConvertFrom-Json
        $content.truncated | Should -BeTrue
        $content.output | Should -BeLike "first`n1`n2`n*characters left out*`n2000000`nlast"
        # first, last, and the numbers with their line ends; what is shown beside the mark and what is missing make it up.
        $all = 6 + 5 + (9 * 2 + 90 * 3 + 900 * 4 + 9000 * 5 + 90000 * 6 + 900000 * 7 + 1000001 * 8)
        $null = $content.output -match '\[… (\d+) characters left out …\]'
        $shown = ($content.output -replace '\n\[….*…\]\n').Length + 1
        [long] $Matches[1] + $shown | Should -Be $all
    }

    It 'fill it with what is longer in JSON, with stderr, with objects, with one line or with bytes' {
        foreach ($command in 'head -c 300000 /dev/zero | tr "\0" "\001"', 'head -c 300000 /dev/zero | tr "\0" "\""', 'yes | head -c 300000 >&2', 'yes ä | head -c 300000 | tr -d "\n"; yes >&2 | head -c 1000; exit 3') {
            $result = Invoke-Run "($command) 2>&1 >&2" @{ MaxLength = 3000; TimeoutSec = 60 }
            $result.Content.Length | Should -BeLessOrEqual 3000 -Because $command
            Test-Json $result.Content | Should -BeTrue
            $result.IsTruncated | Should -BeTrue -Because $command
        }
        $null = Invoke-Run 'mkdir -p many; cd many; seq 1 500 | xargs touch'
        $list = Invoke-E2BTool $sandbox -Name Get-E2BChildItem -Argument @{ Path = 'many' } -MaxLength 4000
        $list.Content.Length | Should -BeLessOrEqual 4000
        $content = $list.Content | ConvertFrom-Json
        $content.results.Count + $content.resultsLeftOut | Should -Be 500
    }

    It 'run for ever' {
        $result = Invoke-Run 'echo begun; sleep 4711' @{ TimeoutSec = 5 }
        $result.ErrorId | Should -Be 'E2BToolTimeout'
        ($result.Content | ConvertFrom-Json).output | Should -Be 'begun'
        $result.Duration.TotalSeconds | Should -BeGreaterOrEqual 5
        Wait-Until { -not (Test-Running $sandbox 'sleep 47[1]1') }
    }

    It 'run on after Ctrl+C' {
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript('param($module, $sandbox) Import-Module $module; Invoke-E2BTool $sandbox -Name Invoke-E2BCommand -Argument @{ Command = "sleep 4712" }').
            AddArgument("$root/out/E2B/E2B.psd1").AddArgument($sandbox)
            $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $null = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]] $null, $output)
            Wait-Until { Test-Running $sandbox 'sleep 47[1]2' }
            $shell.Stop()
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $output | Should -BeNullOrEmpty
        }
        finally { $shell.Dispose() }
        Wait-Until { -not (Test-Running $sandbox 'sleep 47[1]2') }
    }

    It 'learn a secret of the host' {
        $key = $env:E2B_API_KEY
        foreach ($tool in Get-E2BToolDefinition * -Sandbox $sandbox | Where-Object IsReadOnly) {
            $argument = @{}
            foreach ($name in $tool.InputSchema.required) {
                $argument[$name] = switch ($name) { LiteralPath { '.' } Port { 1 } ProcessId { 1 } TimeoutSec { 1 } default { 'x' } }
            }
            $result = Invoke-E2BTool -Tool $tool -Name $tool.Name -Argument $argument
            $result.ErrorId | Should -Not -Be 'E2BInvalidToolArgument' -Because $result.Content
            $result | ConvertTo-Json -Depth 6 | Should -Not -Match ([regex]::Escape($key))
        }
        (Invoke-Run 'env; cat /proc/1/environ 2>/dev/null; true').Content | Should -Not -Match ([regex]::Escape($key))
    }
}

Describe 'The host' {
    It 'can make a tool narrower, and that is checked' {
        $tools = Get-E2BToolDefinition Invoke-E2BCommand
        $tools.InputSchema.properties.Remove('User')
        $tools.InputSchema.properties.Command.enum = @('true')
        (Invoke-E2BTool $sandbox -Tool $tools -Name Invoke-E2BCommand -Argument @{ Command = 'true' }).IsError | Should -BeFalse
        (Invoke-E2BTool $sandbox -Tool $tools -Name Invoke-E2BCommand -Argument @{ Command = 'touch ran' }).ErrorId | Should -Be 'E2BInvalidToolArgument'
        (Invoke-E2BTool $sandbox -Tool $tools -Name Invoke-E2BCommand -Argument @{ Command = 'true'; User = 'root' }).ErrorId | Should -Be 'E2BInvalidToolArgument'
        $tools.InputSchema.properties.Command.pattern = '^make'
        { Invoke-E2BTool $sandbox -Tool $tools -Name Invoke-E2BCommand -Argument @{ Command = 'true' } } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'is asked, and what it does not allow is a result' {
        $result = Invoke-Run 'touch ran' @{ WhatIf = $true }
        $result.ErrorId | Should -Be 'E2BToolDeclined'
        Test-E2BPath $sandbox ran | Should -BeFalse
    }

    It 'is not asked by the cmdlet that is called, whatever its preferences are' {
        $null = Invoke-Run 'touch doomed'
        $ConfirmPreference = 'Low'
        $result = Invoke-E2BTool $sandbox -Tool Remove-E2BItem -Name Remove-E2BItem -Argument @{ LiteralPath = 'doomed' } -Confirm:$false
        $result.IsError | Should -BeFalse -Because $result.Content
        Test-E2BPath $sandbox doomed | Should -BeFalse
    }

    It 'sees what is said for itself in a table and a list' {
        (Get-E2BToolDefinition Invoke-E2BCommand | Out-String -Width 120) | Should -Match 'Invoke-E2BCommand\s+Command \[WorkingDirectory\]'
        (Invoke-Run 'exit 2' | Out-String) | Should -Match 'ErrorId\s+: E2BCommandFailed'
    }
}

Describe 'docs/agents.md' {
    It 'runs, one block after the other' -ForEach @{ Blocks = $blocks } {
        $Blocks.Count | Should -BeGreaterThan 4
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript('param($module) Import-Module $module').AddArgument("$root/out/E2B/E2B.psd1").Invoke()
            $said = foreach ($block in $Blocks) {
                $shell.Commands.Clear()
                $shell.AddScript($block).Invoke()
                $shell.Streams.Error | Should -BeNullOrEmpty -Because $block
            }
            $said | Should -Contain 'The sum is 42.'
            "$said" | Should -BeLike '*\"output\":\"42\"*'
        }
        finally {
            $shell.Runspace.Dispose()
            $shell.Dispose()
        }
    }
}
