# What each line of the table of templates must do. What only defines is compared with the steps that the service
# gets, what builds is looked at in a sandbox or asked of the service.
@{
    'TemplateBase.fromBaseImage' = { $out[0].Source.Image | Should -BeExactly 'e2bdev/base' }
    'TemplateBase.fromPythonImage' = { $out[0].Source.Image | Should -BeExactly 'python:3.11' }
    'TemplateBase.fromNodeImage' = { $out[0].Source.Image | Should -BeExactly 'node:22' }
    'TemplateBase.fromBunImage' = { $out[0].Source.Image | Should -BeExactly 'oven/bun:1.3' }
    'TemplateBase.fromDebianImage' = { $out[0].Source.Image | Should -BeExactly 'debian:bookworm' }
    'TemplateBase.fromUbuntuImage' = { $out[0].Source.Image | Should -BeExactly 'ubuntu:24.04' }
    'TemplateBase.fromFedoraImage' = { $out[0].Source.Image | Should -BeExactly 'fedora:44' }
    'TemplateBase.fromAlpineImage' = { $out[0].Source.Image | Should -BeExactly 'alpine:3.24' }
    'TemplateBase.fromArchImage' = { $out[0].Source.Image | Should -BeExactly 'archlinux:latest' }
    'TemplateBase.fromImage' = {
        $out[0].Source.Image | Should -BeExactly 'ghcr.io/me/app:1.2'
        "$($out[0].Source.Registry)" | Should -BeExactly 'registry me'
    }
    'TemplateBase.fromAWSRegistry' = {
        $out[0].Source.Image | Should -BeExactly '1.dkr.ecr.eu-west-1.amazonaws.com/app:1'
        "$($out[0].Source.Registry)" | Should -BeExactly 'aws id'
    }
    'TemplateBase.fromGCPRegistry' = {
        $out[0].Source.Image | Should -BeExactly 'gcr.io/project/app:1'
        "$($out[0].Source.Registry)" | Should -BeLike 'gcp*'
    }
    'TemplateBase.fromTemplate' = { $out[0].Source.Template | Should -BeExactly 'base' }
    'TemplateBase.fromDockerfile' = {
        $out[0].Source.Image | Should -BeExactly 'python:3.11'
        $out[0].Steps | ForEach-Object { "$_" } | Should -Contain 'RUN pip install requests'
    }
    'TemplateBase.copy' = { "$($out[0].Steps)" | Should -BeExactly 'COPY --chmod=0644 data.csv /opt/' }
    'TemplateBase.copyItems' = { $out[0].Steps | ForEach-Object { "$_" } | Should -BeExactly @('COPY data.csv /opt/', 'COPY lib /opt/') }
    'TemplateBase.makeDir' = {
        "$($out[0].Steps)" | Should -BeExactly 'RUN mkdir -p -m 0750 /srv/app'
        $out[0].Steps[0].User | Should -BeExactly 'root'
    }
    'TemplateBase.remove' = { "$($out[0].Steps)" | Should -BeExactly 'RUN rm -r -f /srv/app' }
    'TemplateBase.rename' = { "$($out[0].Steps)" | Should -BeExactly 'RUN mv /opt/a /opt/b' }
    'TemplateBase.makeSymlink' = { "$($out[0].Steps)" | Should -BeExactly 'RUN ln -s /opt/b /opt/link' }
    'TemplateBase.runCmd' = { "$($out[0].Steps)" | Should -BeExactly 'RUN id -un && pwd' }
    'TemplateBase.setWorkdir' = { "$($out[0].Steps)" | Should -BeExactly 'WORKDIR /app' }
    'TemplateBase.setUser' = { "$($out[0].Steps)" | Should -BeExactly 'USER maker' }
    'TemplateBase.setEnvs' = { "$($out[0].Steps)" | Should -BeExactly 'ENV PORT=8080' }
    'TemplateBase.aptInstall' = { "$($out[0].Steps)" | Should -BeLike 'RUN apt-get update && *apt-get install -y --no-install-recommends vim' }
    'TemplateBase.pipInstall' = { "$($out[0].Steps)" | Should -BeExactly 'RUN pip install requests flask' }
    'TemplateBase.npmInstall' = { "$($out[0].Steps)" | Should -BeExactly 'RUN npm install -g typescript' }
    'TemplateBase.bunInstall' = { "$($out[0].Steps)" | Should -BeExactly 'RUN bun install --dev elysia' }
    'TemplateBase.gitClone' = { "$($out[0].Steps)" | Should -BeLike 'RUN git clone https://github.com/me/app --branch main *--depth 1 /app' }
    'TemplateBase.addMcpServer' = { "$($out[0].Steps)" | Should -BeExactly 'RUN mcp-gateway pull exa brave' }
    'TemplateBase.betaDevContainerPrebuild' = { "$($out[0].Steps)" | Should -BeExactly 'RUN devcontainer build --workspace-folder /work' }
    'TemplateBase.betaSetDevContainerStart' = { $out[0].StartCommand | Should -BeLike '*devcontainer up --workspace-folder /work*' }
    'TemplateBase.setStartCmd' = {
        $out[0].StartCommand | Should -BeExactly 'python3 -m http.server 8000'
        $out[0].ReadyCheck.Command | Should -Match '8000'
    }
    'TemplateBase.setReadyCmd' = {
        $out[0].ReadyCheck.Command | Should -BeExactly 'test -e /tmp/ready'
        $out[0].StartCommand | Should -BeNullOrEmpty
    }
    'TemplateBase.skipCache' = { $out[0].Steps[-1].SkipsCache | Should -BeTrue }
    'TemplateBase::toJSON' = { ($out[0] | ConvertFrom-Json).fromTemplate | Should -BeExactly 'base' }
    'TemplateBase::toDockerfile' = { $out[0] -replace '\r' | Should -BeExactly "FROM debian:12`nRUN true`n" }
    'TemplateBase::build' = {
        $out[-1].Tags | Should -BeExactly 'v2'
        Invoke-E2BCommand (New-E2BSandbox foreground:v2) 'cat ~/made' | Should -BeExactly 'foreground'
    }
    'TemplateBase::buildInBackground' = {
        $out[0] | Wait-Job -Timeout 120 | Receive-Job 6>$null | ForEach-Object Name | Should -BeExactly 'background'
        (Get-E2BTemplateBuild background).Status | Should -Be 'Ready'
    }
    'TemplateBase::getBuildStatus' = {
        $out[0].BuildId | Should -BeExactly $template.BuildId
        $out[0].Status | Should -Be 'Ready'
    }
    'TemplateBase::exists' = { $out | Should -BeExactly @($true, $false) }
    'TemplateBase::assignTags' = { Invoke-E2BCommand (New-E2BSandbox "${build}:production") 'cat ~/made' | Should -BeExactly 'made' }
    'TemplateBase::getTags' = { $out.Tag | Should -Contain 'v1' }
    'TemplateBase::removeTags' = { (Get-E2BTemplateTag $build).Tag | Should -Not -Contain 'short-lived' }
}
