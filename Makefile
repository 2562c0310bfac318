# 心桥 Xinqiao. `make demo` starts everything here; `make test` proves it. Needs Python 3.11+ with venv, and make.

PYTHON ?= python3
BIN := .venv/bin
export PYTHONUTF8 := 1

.PHONY: help demo test lint lock bench bench-text clean

help:
	@echo 'make demo   启动演示：数据库、网站、后台任务 · start everything here (PORT=8765, XINQIAO_VAR=var)'
	@echo 'make test   运行全部测试 · run every test'
	@echo 'make lint   检查代码 · check the code'
	@echo 'make lock   更新依赖锁定文件 · renew the pins (needs uv)'
	@echo 'make bench  性能测量 · measurements'
	@echo 'make bench-text  文本分析的效果 · how well texts are understood'

demo: .venv/installed
	@$(BIN)/xinqiao demo

test: .venv/installed
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: .venv/installed
	@$(BIN)/ruff check .

bench: .venv/installed
	@$(BIN)/python -m bench $(ARGS)

bench-text: .venv/installed
	@$(BIN)/python -m bench.text $(ARGS)

# Pins with hashes for every platform, naming no host. uv only writes the file; installing needs pip alone.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev --extra text \
		pyproject.toml -o requirements.lock

# The directory is made when it is missing; the mark in it is older than the lock file when the pins have changed.
# The program itself is entered as a path, because building a package would fetch a build tool that nobody pinned.
.venv: .venv/installed

.venv/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo '需要 Python 3.11 或更高版本。可指定：make PYTHON=python3.12 demo'; \
		echo 'Python 3.11 or later is needed. Name one with: make PYTHON=python3.12 demo'; exit 3; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo 'Python 缺少 venv。Debian/Ubuntu：apt-get install python3-venv'; \
		echo 'This Python has no venv module. Debian/Ubuntu: apt-get install python3-venv'; exit 3; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo '正在安装依赖 … Installing dependencies …'
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock
	@pwd > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/xinqiao.pth"
	@printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m xinqiao "$$@"\n' > $(BIN)/xinqiao
	@chmod +x $(BIN)/xinqiao
	@touch $@

clean:
	rm -rf .venv
