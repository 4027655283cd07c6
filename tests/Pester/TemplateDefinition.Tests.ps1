# Definitions of templates: nothing here talks to a server.
BeforeAll {
    $folder = (New-Item -ItemType Directory "$TestDrive/context").FullName
    Set-Content "$folder/requirements.txt" 'requests'
    Push-Location $folder

    function Get-StepText([E2B.Template] $Definition) { $Definition.Steps | ForEach-Object { "$_" } }
    function Get-Wire([E2B.Template] $Definition) { $Definition.ToJson() | ConvertFrom-Json }
    function Get-Shown($Value) { ($Value | Out-String -Width 200).Trim() -replace '\r' }
    function Get-Secure([string] $Text) { [Net.NetworkCredential]::new('', $Text).SecurePassword }
    function Get-Login([string] $Name, [string] $Text) { [pscredential]::new($Name, (Get-Secure $Text)) }
}

AfterAll { Pop-Location }

Describe 'New-E2BTemplate' {
    It 'starts from <Image> with <Parameters>' -ForEach @(
        @{ Image = 'e2bdev/base'; Parameters = @{} }
        @{ Image = 'e2bdev/base'; Parameters = @{ FromBaseImage = $true } }
        @{ Image = 'python:3.11'; Parameters = @{ FromPythonImage = '3.11' } }
        @{ Image = 'node:22'; Parameters = @{ FromNodeImage = 22 } }
        @{ Image = 'oven/bun:1.3'; Parameters = @{ FromBunImage = '1.3' } }
        @{ Image = 'debian:bookworm'; Parameters = @{ FromDebianImage = 'bookworm' } }
        @{ Image = 'ubuntu:24.04'; Parameters = @{ FromUbuntuImage = '24.04' } }
        @{ Image = 'fedora:44'; Parameters = @{ FromFedoraImage = 44 } }
        @{ Image = 'alpine:3.24'; Parameters = @{ FromAlpineImage = '3.24' } }
        @{ Image = 'archlinux:latest'; Parameters = @{ FromArchImage = 'latest' } }
        @{ Image = 'ghcr.io/me/app:1.2'; Parameters = @{ FromImage = 'ghcr.io/me/app:1.2' } }
    ) {
        $definition = New-E2BTemplate @Parameters
        $definition | Should -BeOfType [E2B.Template]
        $definition.Source.Image | Should -BeExactly $Image
        $definition.Source.Template | Should -BeNullOrEmpty
    }

    It 'starts from another template' {
        (New-E2BTemplate -FromTemplate my-base:v1).Source.Template | Should -BeExactly 'my-base:v1'
        (New-E2BTemplate -FromTemplate my-base:v1).Source.Image | Should -BeNullOrEmpty
    }

    It 'takes a version as it was typed' {
        (New-E2BTemplate -FromPythonImage 3.10).Source.Image | Should -BeExactly 'python:3.10'
        (New-E2BTemplate -FromPythonImage 3.11).Source.Image | Should -BeExactly 'python:3.11'
        (New-E2BTemplate -FromBunImage 1.3).Source.Image | Should -BeExactly 'oven/bun:1.3'
        (New-E2BTemplate -FromBunImage:1.3).Source.Image | Should -BeExactly 'oven/bun:1.3'
        (New-E2BTemplate -FromUbuntuImage 24.04 -SkipCache).Source.Image | Should -BeExactly 'ubuntu:24.04'
        (New-E2BTemplate -FromPythonImage 3.0).Source.Image | Should -BeExactly 'python:3.0'
        (New-E2BTemplate -FromNodeImage 22).Source.Image | Should -BeExactly 'node:22'
    }

    It 'refuses a version whose text may be lost: <Number>' -ForEach @(
        @{ Number = 3.10 }
        @{ Number = 3.0 }
        @{ Number = [decimal] 3.1 }
    ) {
        { New-E2BTemplate -FromPythonImage $Number } | Should -Throw -ErrorId 'E2BInvalidArgument,*' -ExpectedMessage "*Quote it where it is written*'3.10'*"
        $splatted = @{ FromPythonImage = $Number }
        { New-E2BTemplate @splatted } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }

    It 'takes a number that can have lost nothing' {
        foreach ($version in 3.11, 24.04, 22, '3.10') {
            (New-E2BTemplate -FromPythonImage $version).Source.Image | Should -BeExactly "python:$version"
        }
    }

    It 'takes one beginning only' {
        { New-E2BTemplate -FromPythonImage 3 -FromNodeImage 22 } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }

    It 'has the current folder as its context, or -ContextPath' {
        (New-E2BTemplate).ContextDirectory | Should -Be $folder
        (New-E2BTemplate -ContextPath ..).ContextDirectory | Should -Be (Split-Path $folder)
        (New-E2BTemplate -ContextPath "$TestDrive/context").ContextDirectory | Should -Be $folder
        { New-E2BTemplate -ContextPath missing } | Should -Throw -ErrorId 'E2BLocalFileNotFound,*'
    }

    It 'keeps what to ignore, and whether the cache counts' {
        $definition = New-E2BTemplate -Ignore '*.log', '!keep.log' -SkipCache | Add-E2BTemplateStep -Run a
        $definition.IgnorePatterns | Should -Be '*.log', '!keep.log'
        (Get-Wire $definition).force | Should -BeTrue
        (Get-Wire $definition).steps[0].force | Should -BeTrue
        (Get-Wire (New-E2BTemplate)).force | Should -BeFalse
    }

    Context 'with a registry' {
        BeforeAll {
            $secret = 'pe5ter-secret'
            $account = "{ ""client_email"": ""me@example.iam"", ""private_key"": ""$secret"" }"
            Set-Content "$folder/key.json" $account
        }

        It 'knows who signs in and shows no secret: <Type>' -ForEach @(
            @{ Type = 'registry me'; Parameters = { @{ RegistryCredential = Get-Login me $secret } } }
            @{ Type = 'aws AKIA1'; Parameters = { @{ AwsCredential = Get-Login AKIA1 $secret; AwsRegion = 'us-west-2' } } }
            @{ Type = 'gcp me@example.iam'; Parameters = { @{ GcpServiceAccount = $account } } }
            @{ Type = 'gcp me@example.iam'; Parameters = { @{ GcpServiceAccount = Get-Secure $account } } }
            @{ Type = 'gcp me@example.iam'; Parameters = { @{ GcpServiceAccountPath = 'key.json' } } }
        ) {
            $given = & $Parameters
            $definition = New-E2BTemplate -FromImage example.com/app:1 @given
            "$($definition.Source.Registry)" | Should -BeExactly $Type
            $shown = ($definition | Format-List * -Force | Out-String), ($definition | Out-String), ($definition.Source.Registry | Format-List * -Force | Out-String),
            $definition.ToJson(), ($definition | ConvertTo-Json -Depth 9), ($definition | ConvertTo-Xml -As String -Depth 5)
            $shown -join "`n" | Should -Not -Match $secret
            (Get-Wire $definition).fromImageRegistry.type | Should -Be ($Type -split ' ')[0]
        }

        It 'finds Amazon''s region in the name of the image' {
            $image = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:1'
            (New-E2BTemplate -FromImage $image -AwsCredential (Get-Login AKIA1 $secret)).Source.Registry.Account | Should -Be AKIA1
            { New-E2BTemplate -FromImage example.com/app:1 -AwsCredential (Get-Login AKIA1 $secret) } |
                Should -Throw -ErrorId 'E2BInvalidArgument,*' -ExpectedMessage '*-AwsRegion*'
        }

        It 'says what is wrong without the secret' {
            $failed = { New-E2BTemplate -FromImage a/b -GcpServiceAccount "no json $secret" } | Should -Throw -ErrorId 'E2BInvalidArgument,*' -PassThru
            "$failed $($failed.Exception)" | Should -Not -Match $secret
            { New-E2BTemplate -FromImage a/b -GcpServiceAccountPath missing.json } | Should -Throw -ErrorId 'E2BLocalFileNotFound,*'
        }
    }

    Context 'from a Dockerfile' {
        BeforeAll {
            $docker = New-Item -ItemType Directory "$folder/docker"
            Set-Content "$docker/Dockerfile" 'ARG VERSION=3.11', 'FROM python:${VERSION}', 'COPY a.txt /app/', 'RUN pip install flask', 'CMD ["python", "app.py"]'
        }

        It 'has its instructions as steps, each with its line' {
            $definition = New-E2BTemplate -FromDockerfile docker/Dockerfile
            $definition.Source.Image | Should -BeExactly 'python:3.11'
            $definition.ContextDirectory | Should -Be $docker.FullName
            $run = $definition.Steps | Where-Object Text -Match 'pip install flask'
            $run.Origin.File | Should -Be "$docker/Dockerfile"
            $run.Origin.Line | Should -Be 4
            $definition.StartCommand | Should -Match 'app\.py'
            ($definition | Add-E2BTemplateStep -Apt curl).Steps.Count | Should -Be ($definition.Steps.Count + 1)
        }

        It 'takes arguments, another context, and text' {
            (New-E2BTemplate -FromDockerfile docker/Dockerfile -BuildArgument @{ VERSION = '3.12' } -ContextPath .).Source.Image | Should -BeExactly 'python:3.12'
            (New-E2BTemplate -FromDockerfile docker/Dockerfile -ContextPath .).ContextDirectory | Should -Be $folder
            $definition = New-E2BTemplate -FromDockerfile "FROM debian:12`nRUN true"
            $definition.Source.Image | Should -BeExactly 'debian:12'
            $definition.ContextDirectory | Should -Be $folder
        }

        It 'signs in at the registry of its image: <Type>' -ForEach @(
            @{ Type = 'registry me'; Parameters = { @{ RegistryCredential = Get-Login me secret1 } } }
            @{ Type = 'aws AKIA1'; Parameters = { @{ AwsCredential = Get-Login AKIA1 secret1 } } }
            @{ Type = 'gcp me@example.iam'; Parameters = { @{ GcpServiceAccount = '{ "client_email": "me@example.iam", "private_key": "secret1" }' } } }
        ) {
            $given = & $Parameters
            $text = "FROM 123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:1`nRUN true"
            $definition = New-E2BTemplate -FromDockerfile $text @given
            "$($definition.Source.Registry)" | Should -BeExactly $Type
            $folder = New-Item -ItemType Directory "$docker/$(($Type -split ' ')[0])"
            Set-Content "$folder/e2b.Dockerfile" $text
            Set-Content "$folder/e2b.toml" 'template_name = "mine"'
            "$((New-E2BTemplate -FromConfig $folder @given).Source.Registry)" | Should -BeExactly $Type
        }

        It 'signs in at one registry' {
            { New-E2BTemplate -FromDockerfile docker/Dockerfile -AwsCredential (Get-Login AKIA1 s) } | Should -Throw '*-AwsRegion*' -ErrorId 'E2BInvalidArgument,*'
            { New-E2BTemplate -FromDockerfile docker/Dockerfile -AwsRegion us-west-2 } | Should -Throw '*-AwsCredential*' -ErrorId 'E2BInvalidArgument,*'
            { New-E2BTemplate -FromDockerfile docker/Dockerfile -AwsCredential (Get-Login AKIA1 s) -RegistryCredential (Get-Login me s) } |
                Should -Throw '*-RegistryCredential, -AwsCredential*' -ErrorId 'E2BInvalidArgument,*'
        }

        It 'names the line that cannot be' {
            Set-Content "$docker/wrong" 'FROM debian:12', '', 'FETCH it'
            $failed = { New-E2BTemplate -FromDockerfile docker/wrong } | Should -Throw -ErrorId 'E2BDockerfileInvalid,*' -PassThru
            $failed.Exception.Line | Should -Be 3
            { New-E2BTemplate -FromDockerfile docker/missing } | Should -Throw -ErrorId 'E2BLocalFileNotFound,*'
        }
    }

    Context 'from e2b.toml' {
        BeforeAll {
            $old = (New-Item -ItemType Directory "$folder/old").FullName
            Set-Content "$old/e2b.Dockerfile" 'FROM e2bdev/code-interpreter:latest', 'RUN pip install polars'
            Set-Content "$old/e2b.toml" 'template_id = "abc"', 'template_name = "polars"', 'dockerfile = "e2b.Dockerfile"', 'start_cmd = "/start.sh && x"', 'cpu_count = 4', 'memory_mb = 2_048'
        }

        It 'has all that the file says, given as <_>' -ForEach 'old/e2b.toml', 'old' {
            $definition = New-E2BTemplate -FromConfig $_
            $definition.Source.Image | Should -BeExactly 'e2bdev/code-interpreter:latest'
            Get-StepText $definition | Should -Contain 'RUN pip install polars'
            $definition.StartCommand | Should -BeExactly "sudo -E sh -c '/start.sh && x'"
            $definition.ReadyCheck.Command | Should -BeExactly 'sleep 20'
            $definition.Name, $definition.CpuCount, $definition.MemoryMB | Should -Be 'polars', 4, 2048
            $definition.ContextDirectory | Should -Be $old
        }

        It 'says what is wrong with the file and its line' {
            Set-Content "$old/wrong.toml" 'template_id = "abc"', 'cpu_count = "many"'
            { New-E2BTemplate -FromConfig old/wrong.toml } | Should -Throw -ErrorId 'E2BInvalidArgument,*' -ExpectedMessage "*wrong.toml:2: 'cpu_count' is a whole number*"
            { New-E2BTemplate -FromConfig docker } | Should -Throw -ErrorId 'E2BLocalFileNotFound,*'
        }
    }
}

Describe 'Add-E2BTemplateStep' {
    It 'adds <Expected>' -ForEach @(
        @{ Expected = 'RUN a'; Parameters = @{ Run = 'a' } }
        @{ Expected = 'RUN a && b'; Parameters = @{ Run = 'a', 'b' } }
        @{ Expected = 'WORKDIR /app'; Parameters = @{ Workdir = '/app' } }
        @{ Expected = 'WORKDIR /app'; Parameters = @{ WorkingDirectory = '/app' } }
        @{ Expected = 'USER root'; Parameters = @{ User = 'root' } }
        @{ Expected = "ENV A=1 B='x y' C=''"; Parameters = @{ Environment = @{ C = ''; A = 1; B = 'x y' } }; Because = 'sorted by name' }
        @{ Expected = 'ENV B=1 A=2'; Parameters = @{ Environment = [ordered]@{ B = 1; A = 2 } }; Because = 'in its order' }
        @{ Expected = 'COPY requirements.txt /home/user/'; Parameters = @{ Copy = 'requirements.txt'; Destination = '/home/user/' } }
        @{ Expected = 'COPY --chown=root --chmod=0755 x /y'; Parameters = @{ Copy = 'x'; Destination = '/y'; User = 'root'; Mode = 755 } }
        @{ Expected = 'RUN rm /a'; Parameters = @{ Remove = '/a' } }
        @{ Expected = "RUN rm -r -f /a '/b c'"; Parameters = @{ Remove = '/a', '/b c'; Recurse = $true; Force = $true } }
        @{ Expected = 'RUN mv /a /b -f'; Parameters = @{ Rename = '/a'; Destination = '/b'; Force = $true } }
        @{ Expected = 'RUN mkdir -p -m 0750 /a /b'; Parameters = @{ MakeDirectory = '/a', '/b'; Mode = '0750' } }
        @{ Expected = 'RUN ln -s -f /target /link'; Parameters = @{ Symlink = '/link'; Target = '/target'; Force = $true } }
        @{ Expected = 'RUN apt-get update && DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes apt-get install -y --no-install-recommends --fix-missing git curl'; Parameters = @{ Apt = 'git', 'curl'; NoInstallRecommends = $true; FixMissing = $true } }
        @{ Expected = "RUN pip install 'numpy>=2' pandas"; Parameters = @{ Pip = 'numpy>=2', 'pandas' } }
        @{ Expected = 'RUN pip install --user .'; Parameters = @{ Pip = '.'; ForUser = $true } }
        @{ Expected = 'RUN npm install'; Parameters = @{ Npm = @() } }
        @{ Expected = 'RUN npm install -g --save-dev tsx'; Parameters = @{ Npm = 'tsx'; Global = $true; Dev = $true } }
        @{ Expected = 'RUN bun install --dev tsx'; Parameters = @{ Bun = 'tsx'; Dev = $true } }
        @{ Expected = 'RUN git clone https://example.com/a.git --branch main --single-branch --depth 1 /src'; Parameters = @{ GitClone = 'https://example.com/a.git'; Branch = 'main'; Depth = 1; Destination = '/src' } }
        @{ Expected = 'RUN mcp-gateway pull exa brave'; Parameters = @{ McpServer = 'exa', 'brave' }; From = 'mcp-gateway' }
        @{ Expected = 'RUN devcontainer build --workspace-folder /work'; Parameters = @{ DevContainer = '/work' }; From = 'devcontainer' }
    ) {
        $definition = New-E2BTemplate -FromTemplate ($From ?? 'base') | Add-E2BTemplateStep @Parameters
        Get-StepText $definition | Should -BeExactly @($Expected) -Because "$Because"
    }

    It 'has steps that can be taken by their number' {
        $definition = New-E2BTemplate -ContextPath . -Ignore a, b | Add-E2BTemplateStep -Run one | Add-E2BTemplateStep -Run two
        $definition.Steps[0].Number | Should -Be 1
        $definition.Steps[-1].Number | Should -Be 2
        $definition.IgnorePatterns[1] | Should -Be b
    }

    It 'runs one step as another user where -User stands beside it: <Step>' -ForEach @(
        @{ Step = 'Run'; Parameters = @{ Run = 'a' } }
        @{ Step = 'Remove'; Parameters = @{ Remove = '/a' } }
        @{ Step = 'Rename'; Parameters = @{ Rename = '/a'; Destination = '/b' } }
        @{ Step = 'MakeDirectory'; Parameters = @{ MakeDirectory = '/a' } }
        @{ Step = 'Symlink'; Parameters = @{ Symlink = '/a'; Target = '/b' } }
        @{ Step = 'GitClone'; Parameters = @{ GitClone = 'https://example.com/a' } }
    ) {
        $step = (New-E2BTemplate | Add-E2BTemplateStep @Parameters -User bob).Steps[0]
        $step.Type | Should -Be RUN
        $step.User | Should -Be bob
    }

    It 'leaves the definition that it is given as it was' {
        $base = New-E2BTemplate | Add-E2BTemplateStep -Run a
        $one = $base | Add-E2BTemplateStep -Run b
        $two = Add-E2BTemplateStep $base -Run c
        Get-StepText $base | Should -Be @('RUN a')
        Get-StepText $one | Should -Be 'RUN a', 'RUN b'
        Get-StepText $two | Should -Be 'RUN a', 'RUN c'
    }

    It 'gives steps and ignore patterns by their number' {
        $definition = New-E2BTemplate -Ignore *.log, tmp | Add-E2BTemplateStep -Run a | Add-E2BTemplateStep -Run b
        "$($definition.Steps[0])", "$($definition.Steps[-1])" | Should -Be 'RUN a', 'RUN b'
        $definition.IgnorePatterns[1] | Should -BeExactly 'tmp'
    }

    It 'adds to each of several definitions' {
        $both = 3.11, 3.12 | ForEach-Object { New-E2BTemplate -FromPythonImage "$_" } | Add-E2BTemplateStep -Run a
        $both.Source.Image | Should -Be 'python:3.11', 'python:3.12'
        $both.ForEach{ $_.Steps.Count } | Should -Be 1, 1
    }

    It 'copies file objects and absolute paths of what lies in the context' {
        $definition = New-E2BTemplate -ContextPath (Split-Path $folder) |
            Add-E2BTemplateStep -Copy (Get-Item requirements.txt), "$folder/requirements.txt", './a/*.txt' -Destination /x
        $definition.Steps.Source | Should -Be 'context/requirements.txt', 'context/requirements.txt', './a/*.txt'
    }

    It 'has the options of a copy on the wire, and none that were not given' {
        $steps = (Get-Wire (New-E2BTemplate | Add-E2BTemplateStep -Copy a -Destination /a -ForceUpload -ResolveSymlinks -NoCompression | Add-E2BTemplateStep -Copy b -Destination /b)).steps
        $steps[0].force, $steps[0].forceUpload, $steps[0].resolveSymlinks, $steps[0].gzip | Should -Be $true, $true, $true, $false
        $steps[1].PSObject.Properties.Name | Should -Be 'type', 'args', 'force'
        $steps[1].args | Should -Be 'b', '/b', '', ''
    }

    It 'lets links lead out of the context only where asked to' {
        (New-E2BTemplate | Add-E2BTemplateStep -Copy a -Destination /a).Steps[0].AllowOutside | Should -BeFalse
        (New-E2BTemplate | Add-E2BTemplateStep -Copy a -Destination /a -AllowOutside).Steps[0].AllowOutside | Should -BeTrue
    }

    It 'skips the cache from a step on' {
        $definition = New-E2BTemplate | Add-E2BTemplateStep -Run a | Add-E2BTemplateStep -Run b -SkipCache | Add-E2BTemplateStep -Run c
        $definition.Steps.SkipsCache | Should -Be $false, $true, $true
        $alone = New-E2BTemplate | Add-E2BTemplateStep -SkipCache | Add-E2BTemplateStep -Run a
        $alone.Steps.SkipsCache | Should -Be @($true)
    }

    It 'remembers script and line, of each step its own' {
        $script = "$TestDrive/written.ps1"
        Set-Content $script '# first', 'New-E2BTemplate |', '    Add-E2BTemplateStep -Run a |', '    Add-E2BTemplateStep -Copy a, b -Destination /x |', '    Set-E2BTemplateStart -Command s'
        $definition = & $script
        "$($definition.Source.Origin)" | Should -Be "${script}:2"
        $definition.Steps.Origin.Line | Should -Be 3, 4, 4
        $definition.Steps.Origin.File | Select-Object -Unique | Should -Be $script
        $definition.StartOrigin.Line | Should -Be 5
    }

    It 'knows no line of what was typed' {
        $shell = [PowerShell]::Create('CurrentRunspace')
        $definition = $shell.AddScript('New-E2BTemplate | Add-E2BTemplateStep -Run a').Invoke()
        $definition.Steps[0].Origin | Should -BeNullOrEmpty
        $shell.Dispose()
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'an absolute source'; Id = 'E2BInvalidArgument'; Text = '*context directory*'; Parameters = @{ Copy = '/etc/passwd'; Destination = '/x' } }
        @{ What = 'a source that leads out'; Id = 'E2BInvalidArgument'; Text = '*leads out*'; Parameters = @{ Copy = '../x'; Destination = '/x' } }
        @{ What = 'a Windows path'; Id = 'E2BWindowsPath'; Text = '*Linux path*'; Parameters = @{ Copy = 'x'; Destination = 'C:\x' } }
        @{ What = 'another one'; Id = 'E2BWindowsPath'; Text = '*Linux path*'; Parameters = @{ Remove = '/a', 'b\c' } }
        @{ What = 'no step'; Id = 'E2BNoStep'; Text = '*-Run*'; Parameters = @{} }
        @{ What = 'an option without its step'; Id = 'E2BNoStep'; Text = '*-Run*'; Parameters = @{ ErrorAction = 'Stop' } }
        @{ What = 'permissions that are none'; Id = 'ParameterArgumentTransformationError'; Text = '*in octal*'; Parameters = @{ MakeDirectory = '/a'; Mode = 789 } }
        @{ What = 'permissions in words'; Id = 'ParameterArgumentTransformationError'; Text = '*in octal*'; Parameters = @{ MakeDirectory = '/a'; Mode = 'u+x' } }
        @{ What = 'a token in an address'; Id = 'E2BInvalidArgument'; Text = '*build''s log*'; Parameters = @{ GitClone = 'https://t0ken@example.com/a' } }
        @{ What = 'MCP servers elsewhere'; Id = 'E2BInvalidArgument'; Text = "*'mcp-gateway'*"; Parameters = @{ McpServer = 'exa' } }
        @{ What = 'a dev container elsewhere'; Id = 'E2BInvalidArgument'; Text = "*'devcontainer'*"; Parameters = @{ DevContainer = '/a' } }
        @{ What = 'a secret as a variable'; Id = 'ParameterArgumentValidationError'; Text = '*SecureString*'; Parameters = { @{ Environment = @{ A = Get-Secure x } } } }
        @{ What = 'a name that is none'; Id = 'E2BInvalidArgument'; Text = "*'a=b'*"; Parameters = @{ Environment = @{ 'a=b' = 1 } } }
        @{ What = 'two steps at once'; Id = 'AmbiguousParameterSet'; Text = '*'; Parameters = @{ Run = 'a'; Apt = 'b' } }
        @{ What = 'a copy to nowhere'; Id = 'MissingMandatoryParameter'; Text = '*Destination*'; Parameters = @{ Copy = 'a' } }
    ) {
        $given = if ($Parameters -is [scriptblock]) { & $Parameters } else { $Parameters }
        $failed = { New-E2BTemplate | Add-E2BTemplateStep @given } | Should -Throw -ErrorId "$Id,*" -ExpectedMessage $Text -PassThru
        "$failed" | Should -Not -Match 't0ken'
    }

    It 'says what is missing where no definition comes' {
        $ErrorActionPreference = 'Continue'
        $failed = 'x' | Add-E2BTemplateStep -Run a 2>&1
        "$failed" | Should -Match "'x' is no definition of a template. Begin with New-E2BTemplate"
        $failed = $null | Add-E2BTemplateStep -Run a 2>&1
        "$failed" | Should -Match 'There is no definition of a template here. Begin with New-E2BTemplate'
        { Add-E2BTemplateStep nothing -Run a } | Should -Throw '*Begin with New-E2BTemplate*'
        { New-E2BTemplate | Set-E2BTemplateStart 'python app.py' -WaitForPort 1 } | Should -Throw "*needs its parameter's name, such as -Run or -Command*"
    }

    It 'makes nothing of a pipeline of which one step is wrong' {
        $definition = $null
        try { $definition = New-E2BTemplate | Add-E2BTemplateStep -Run a | Add-E2BTemplateStep -Copy /abs -Destination /x | Add-E2BTemplateStep -Run b } catch { $failed = $_ }
        $definition | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -Match '^E2BInvalidArgument,'
    }
}

Describe 'Set-E2BTemplateStart' {
    It 'is ready by <Expected>' -ForEach @(
        @{ Expected = '[ -n "$(ss -Htuln sport = :8000)" ]'; Parameters = @{ WaitForPort = 8000 } }
        @{ Expected = 'curl -s -o /dev/null -w "%{http_code}" http://localhost:3000/health | grep -q "200"'; Parameters = @{ WaitForUrl = 'http://localhost:3000/health' } }
        @{ Expected = 'curl -s -o /dev/null -w "%{http_code}" ''http://localhost/?a=1&b'' | grep -q "404"'; Parameters = @{ WaitForUrl = 'http://localhost/?a=1&b'; StatusCode = 404 } }
        @{ Expected = 'pgrep nginx > /dev/null'; Parameters = @{ WaitForProcess = 'nginx' } }
        @{ Expected = '[ -f ''/tmp/is ready'' ]'; Parameters = @{ WaitForFile = '/tmp/is ready' } }
        @{ Expected = 'sleep 30'; Parameters = @{ WaitForTimeoutSec = 30 } }
        @{ Expected = 'redis-cli ping | grep -q PONG'; Parameters = @{ ReadyCommand = 'redis-cli ping | grep -q PONG' } }
    ) {
        $definition = New-E2BTemplate | Set-E2BTemplateStart -Command 'serve it' @Parameters
        $definition.StartCommand | Should -BeExactly 'serve it'
        $definition.ReadyCheck.Command | Should -BeExactly $Expected
        (Get-Wire $definition).startCmd, (Get-Wire $definition).readyCmd | Should -BeExactly 'serve it', $Expected

        $check = New-E2BTemplate | Set-E2BTemplateStart @Parameters
        $check.StartCommand | Should -BeNullOrEmpty
        $check.ReadyCheck.Command | Should -BeExactly $Expected
    }

    It 'leaves the check to the service where none is given, and keeps one that was' {
        (New-E2BTemplate | Set-E2BTemplateStart -Command a).ReadyCheck | Should -BeNullOrEmpty
        (New-E2BTemplate | Set-E2BTemplateStart -WaitForPort 1 | Set-E2BTemplateStart -Command a).ReadyCheck.Command | Should -Match ':1\)'
    }

    It 'starts a dev container' {
        $definition = New-E2BTemplate -FromTemplate devcontainer | Set-E2BTemplateStart -DevContainer /work
        $definition.StartCommand | Should -Match '^sudo devcontainer up --workspace-folder /work && '
        $definition.ReadyCheck.Command | Should -BeExactly '[ -f /devcontainer.up ]'
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'nothing'; Id = 'MissingMandatoryParameter'; Parameters = @{} }
        @{ What = 'two checks'; Id = 'AmbiguousParameterSet'; Parameters = @{ WaitForPort = 1; WaitForFile = '/a' } }
        @{ What = 'a port that is none'; Id = 'ParameterArgumentValidationError'; Parameters = @{ WaitForPort = 65536 } }
        @{ What = 'what is no URL'; Id = 'E2BInvalidArgument'; Parameters = @{ WaitForUrl = 'localhost:80' } }
        @{ What = 'a Windows path'; Id = 'E2BWindowsPath'; Parameters = @{ WaitForFile = 'C:\x' } }
        @{ What = 'a dev container elsewhere'; Id = 'E2BInvalidArgument'; Parameters = @{ DevContainer = '/a' } }
    ) {
        { New-E2BTemplate | Set-E2BTemplateStart @Parameters } | Should -Throw -ErrorId "$Id,*"
    }
}

Describe 'A definition at the prompt' {
    BeforeAll {
        $definition = New-E2BTemplate -FromPythonImage 3.11 -Ignore '*.log' | Add-E2BTemplateStep -Copy a -Destination /a/ |
            Add-E2BTemplateStep -Apt git -SkipCache | Set-E2BTemplateStart -Command 'python app.py' -WaitForPort 8000
    }

    It 'is shown with its steps numbered' {
        $shown = Get-Shown $definition
        $shown | Should -Match '(?m)^From +: python:3\.11$'
        $shown | Should -Match '(?m)^Steps +: +1  COPY a /a/$'
        $shown | Should -Match '(?m)^ +2  RUN apt-get update && .* git \(as root\) \(no cache\)$'
        $shown | Should -Match '(?m)^Start +: python app\.py$'
        $shown | Should -Match '(?m)^Ready +: .*:8000'
        $shown | Should -Match '(?m)^Ignored +: \*\.log$'
    }

    It 'has steps as a table' {
        $shown = Get-Shown $definition.Steps
        $shown | Should -Match '# Type +User +Cache Written at +Text'
        $shown | Should -Match '(?m)^ *1 COPY +yes +TemplateDefini…:\d+ +a /a/$'
        $shown | Should -Match '(?m)^ *2 RUN +root +no '
    }

    It 'is a line as text' { "$definition" | Should -BeExactly 'python:3.11, 2 steps' }

    It 'offers <Line>' -ForEach @(
        @{ Line = 'New-E2BTemplate -FromU'; Expected = '-FromUbuntuImage' }
        @{ Line = 'New-E2BTemplate | Add-E2BTemplateStep -Mc'; Expected = '-McpServer' }
        @{ Line = 'New-E2BTemplate | Add-E2BTemplateStep -McpServer duckd'; Expected = 'duckduckgo' }
        @{ Line = 'New-E2BTemplate | Add-E2BTemplateStep -Copy req'; Expected = './requirements.txt' }
        @{ Line = 'New-E2BTemplate | Set-E2BTemplateStart -WaitForP'; Expected = '-WaitForPort' }
        @{ Line = '$definition.ToD'; Expected = 'ToDockerfile(' }
    ) {
        $offered = (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText -replace '\\', '/'
        $offered | Should -Contain $Expected
    }

    It 'offers only what goes with the step' {
        $line = 'New-E2BTemplate | Add-E2BTemplateStep -Pip numpy -'
        $names = (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText
        $names | Should -Contain '-ForUser'
        $names | Should -Not -Contain '-Destination'
    }
}

Describe 'Initialize-E2BTemplate' {
    It 'lays out a folder whose script is a definition' {
        $written = Initialize-E2BTemplate my-app
        $written | Should -BeOfType [IO.FileInfo]
        $written.FullName | ForEach-Object { [IO.Path]::GetRelativePath("$folder/my-app", $_).Replace('\', '/') } | Sort-Object |
            Should -Be '.dockerignore', 'app/hello.sh', 'build.ps1', 'README.md', 'template.ps1'
        Get-ChildItem my-app -Recurse -File -Force | Select-String '\{\{' | Should -BeNullOrEmpty
        Get-Content my-app/README.md -TotalCount 1 | Should -Be '# my-app'

        $definition = & ./my-app/template.ps1
        $definition | Should -BeOfType [E2B.Template]
        $definition.ContextDirectory | Should -Be (Resolve-Path my-app).Path
        $definition.Steps.Origin.File | Select-Object -Unique | Should -Be (Resolve-Path my-app/template.ps1).Path
    }

    It 'writes scripts that PowerShell can read' {
        $null = Initialize-E2BTemplate parsed
        foreach ($script in Get-ChildItem parsed/*.ps1) {
            $errors = $null
            $null = [System.Management.Automation.Language.Parser]::ParseFile($script, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
        }
        (Get-Command ./parsed/build.ps1).Parameters.Keys | Should -Contain 'NoCache'
        (Get-Help ./parsed/build.ps1).Synopsis | Should -Match 'parsed'
    }

    It 'hands to Build-E2BTemplate what build.ps1 was given' {
        $null = Initialize-E2BTemplate handed
        function Build-E2BTemplate {
            [CmdletBinding()]
            [OutputType([string])]
            param([Parameter(ValueFromPipeline)] $Template, $Name, $Tag, [switch] $NoCache)
            process { "$Template; $Name; $($Tag -join ','); $NoCache" }
        }
        ./handed/build.ps1 | Should -Be 'e2bdev/base, 2 steps; handed; ; False'
        ./handed/build.ps1 -Name other -Tag v1, latest -NoCache | Should -Be 'e2bdev/base, 2 steps; other; v1,latest; True'
    }

    It 'overwrites nothing without -Force' {
        $null = New-Item -ItemType Directory taken
        Set-Content taken/build.ps1 'mine'
        Set-Content taken/other.txt 'mine'
        { Initialize-E2BTemplate taken } | Should -Throw -ErrorId 'E2BLocalFileExists,*' -ExpectedMessage '*build.ps1*-Force*'
        Get-ChildItem taken -Name | Should -Be 'build.ps1', 'other.txt'
        Get-Content taken/build.ps1 | Should -Be 'mine'

        $null = Initialize-E2BTemplate taken -Force
        Get-Content taken/build.ps1 -Raw | Should -Match 'Build-E2BTemplate'
        Get-Content taken/other.txt | Should -Be 'mine'
    }

    It 'writes nothing with -WhatIf' {
        Initialize-E2BTemplate not-yet -WhatIf | Should -BeNullOrEmpty
        Test-Path not-yet | Should -BeFalse
    }

    It 'takes a name where the folder''s is none' {
        { Initialize-E2BTemplate 'My App!' } | Should -Throw -ErrorId 'E2BInvalidTemplateName,*' -ExpectedMessage "*'My App!'*-Name*"
        Test-Path 'my app!' | Should -BeFalse
        $null = Initialize-E2BTemplate 'my app!' -Name My-App
        Get-Content 'my app!/README.md' -TotalCount 1 | Should -Be '# my-app'
    }

    It 'says where it may not write' {
        Set-Content file x
        { Initialize-E2BTemplate file/app } | Should -Throw -ErrorId 'E2BLocal*'
        { Initialize-E2BTemplate Env:/app } | Should -Throw -ErrorId 'E2BNotAFile,*'
    }
}
