"""The build files of NVIDIA's ``repo_build``, generated for people who have it."""

from tools.package.manifest import KitExtension, Workspace

__all__ = ["build_files"]

_MADE = "Generated from premake.toml by tools/package. Change that."


def build_files(workspace: Workspace) -> dict[str, str]:
    """Return the texts of the build files by relative path."""
    files = {"premake5.lua": _premake(workspace), "repo.toml": _repo(workspace),
             "deps/repo-deps.packman.xml": _packman(workspace), "deps/pip.toml": _pip(workspace)}
    for extension in workspace.extensions:
        files[f"exts/{extension.name}/premake5.lua"] = _extension_premake(extension)
    return files


def _premake(workspace: Workspace) -> str:
    apps = [app for extension in workspace.extensions for app in sorted(extension.path.glob("apps/*.kit"))]
    lines = [f"-- {_MADE}", 'local repo_build = require("omni/repo/build")', "repo_build.root = os.getcwd()",
             'local kit = require("_repo/deps/repo_kit_tools/kit-template/premake5-kit")', "kit.setup_all()"]
    return "\n".join([*lines, *(f'define_app("{app.name}")' for app in apps), ""])


def _extension_premake(extension: KitExtension) -> str:
    folders = [name for name in ("data", "docs", "scenewright", "apps") if (extension.path / name).is_dir()]
    folders += ["pip_prebundle"] * extension.prebundle
    links = [f'  {{ "{name}", ext.target_dir .. "/{name}" }},' for name in folders]
    head = [f"-- {_MADE}", "local ext = get_current_extension_info()", "project_ext(ext)", "repo_build.prebuild_link {"]
    return "\n".join([*head, *links, "}", ""])


def _repo(workspace: Workspace) -> str:
    names = ", ".join(f'"{extension.name}"' for extension in workspace.extensions)
    return f"""# {_MADE}
[repo]
name = "{workspace.name}"

[repo_build]
fetch.packman_target_files_to_pull = ["${{root}}/deps/repo-deps.packman.xml"]
fetch.pip.files_to_pull = ["${{root}}/deps/pip.toml"]

[repo_build.premake]
enabled = true

[repo_publish_exts]
exts.include = [{names}]
"""


def _packman(workspace: Workspace) -> str:
    lines = []
    for name, version in workspace.packman.items():
        link = name.replace("-", "_")
        lines += [f'  <dependency name="{link}" linkPath="../_repo/deps/{link}">',
                  f'    <package name="{name}" version="{version}"/>', "  </dependency>"]
    return "\n".join([f"<!-- {_MADE} -->", '<project toolsVersion="5.0">', *lines, "</project>", ""])


def _pip(workspace: Workspace) -> str:
    packages = ", ".join(f'"{package}"' for package in workspace.prebundle)
    tables = [f'[[dependency]]\npython = "{version}"\npackages = [{packages}]\n'
              f'target = "../exts/{extension.name}/pip_prebundle"\nappend_to_install_folder = true\n'
              for extension in workspace.extensions if extension.prebundle for version in workspace.kit_pythons]
    return "\n".join([f"# {_MADE}", *tables])
