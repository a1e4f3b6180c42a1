FROM python:3.11.14-slim-bookworm

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY activities/ activities/
COPY adapters/ adapters/
COPY cli/ cli/
COPY docs/verify-draw.py docs/
COPY migrations/ migrations/
COPY models/ models/
COPY rules/ rules/
COPY templates/ templates/
COPY templates/ templates/
COPY workflows/ workflows/
COPY starter.py worker.py ./
RUN useradd --system --uid 10001 joint && mkdir /data && chown joint /data
USER joint
ENV JOINT_DATA=/data PYTHONUNBUFFERED=1
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import os; os.kill(1, 0)"]
CMD ["python", "worker.py"]
